package hook

import "testing"

// What the file says comes before the variable, for who has read it before too; the first
// file counts.
func TestConfigure(t *testing.T) {
	t.Cleanup(func() { settings, onSettings = nil, nil })
	t.Setenv("OTEL_INSTRUMENTATION_A", "variable")
	t.Setenv("OTEL_INSTRUMENTATION_B", "variable")
	var a, b string
	read := func() { a, b = Setting("OTEL_INSTRUMENTATION_A"), Setting("OTEL_INSTRUMENTATION_B") }
	read()
	OnConfigure(read)
	if a+b != "variablevariable" {
		t.Errorf("without a file: %s, %s", a, b)
	}
	for _, value := range []string{"file", "another"} {
		Configure(map[string]string{"OTEL_INSTRUMENTATION_A": value})
		if a != "file" || b != "variable" {
			t.Errorf("%s: %s, %s", value, a, b)
		}
	}
}
