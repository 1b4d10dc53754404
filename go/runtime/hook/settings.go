package hook

import "os"

// settings are what OTEL_CONFIG_FILE says in the place of variables of instrumentations.
var (
	settings   map[string]string
	onSettings []func()
)

// Configure sets variables of instrumentations for [Setting], and has what was given to
// [OnConfigure] read them again. Only the first call counts, which has to be before the
// first [Enable] or [EnableMetrics]: until then nothing that is read so is used.
func Configure(variables map[string]string) {
	mu.Lock()
	defer mu.Unlock()
	if settings != nil {
		return
	}
	settings = variables
	for _, f := range onSettings {
		f()
	}
}

// OnConfigure has f, which reads settings, called by Configure. Call it in init.
func OnConfigure(f func()) {
	mu.Lock()
	defer mu.Unlock()
	onSettings = append(onSettings, f)
}

// Setting returns what Configure has set a variable to, else the environment's value. Call it in
// init, or when OnConfigure's function is called.
func Setting(variable string) string {
	if value, ok := settings[variable]; ok {
		return value
	}
	return os.Getenv(variable)
}
