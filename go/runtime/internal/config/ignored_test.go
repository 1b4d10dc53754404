package config

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var ignored = flag.Bool("ignored", false, "also run TestIgnored")

// TestIgnored makes the program ignore one variable of docs/variables.md after the
// other, and expects the test in its line to fail. It builds what it needs again with
// other source, by go's -overlay: minutes.
func TestIgnored(t *testing.T) {
	if !*ignored {
		t.Skip("without -ignored")
	}
	here := filepath.Join(t.TempDir(), "config.test")
	gotool(t, mutant(t, ""), "test", "-c", "-ldflags=-checklinkname=0", "-o", here, ".")
	for _, r := range table(t) {
		var cmd *exec.Cmd
		switch r.folder {
		case "":
			continue
		case "config":
			cmd = exec.Command(here, "-test.run=^"+r.test+"$")
			cmd.Env = append(os.Environ(), "IGNORED="+r.name)
		default: // whose tests run other programs, in an environment of their own
			folder := "../../" + r.folder
			if r.folder == "runtime" {
				folder = "../.."
			}
			cmd = exec.Command("go", "test", "-count=1", "-ldflags=-checklinkname=0", "-run=^"+r.test+"$", folder)
			cmd.Env = append(os.Environ(), "GOFLAGS=-overlay="+mutant(t, r.name))
		}
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !strings.Contains(string(out), "--- FAIL: "+r.test) {
			t.Errorf("%s is ignored, and %s.%s does not notice: %v\n%s", r.name, r.folder, r.test, err, out)
		}
	}
}

// mutant returns an overlay in which the variable name, or else the one that IGNORED
// names, is ignored, also by OpenTelemetry's SDK.
func mutant(t *testing.T, name string) (overlay string) {
	t.Helper()
	is := fmt.Sprintf("name == %q", name)
	if name == "" {
		is = `name == os.Getenv("IGNORED")`
	}
	const text = "func (r *reader) text(name string) string {"
	const level = `parse(os.Getenv("OTEL_LOG_LEVEL"))`
	replace := map[string]string{}
	for _, m := range []struct{ path, old, new string }{
		{"config.go", text, text + "if " + is + " { _ = os.Unsetenv(name); return \"\" };"},
		{"../report/report.go", level, `func(name string) Level { if ` + is + ` { return Warn }; return ` + level + ` }("OTEL_LOG_LEVEL")`},
	} {
		path, err := filepath.Abs(m.path)
		if err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(source), m.old) != 1 {
			t.Fatalf("%s has no %s", m.path, m.old)
		}
		to := filepath.Join(t.TempDir(), filepath.Base(path))
		if err := os.WriteFile(to, []byte(strings.Replace(string(source), m.old, m.new, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		replace[path] = to
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay = filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(overlay, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return overlay
}

func gotool(t *testing.T, overlay string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOFLAGS=-overlay="+overlay)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
