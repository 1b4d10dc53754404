package otelc

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestToolFile has a program as users of OpenTelemetry's own tool have them: a tool file
// names the packages of hooks, which go.mod requires, and with them that tool's packages
// as they are published. The build takes ours.
func TestToolFile(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.publish("go.opentelemetry.io/otelc/pkg", "testdata/upstream/pkg")
	w.publish("go.opentelemetry.io/otelc/pkg/runtime", "testdata/upstream/runtime")
	cached, err := exec.Command("go", "env", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(cached))
	env := []string{
		"GOMODCACHE=" + filepath.Join(w.dir, "modcache"), "GOFLAGS=-modcacherw", "GOSUMDB=off",
		"GOPROXY=file://" + filepath.Join(w.dir, "proxy") + ",file://" + filepath.Join(lines[0], "cache", "download") + "," + lines[1],
	}
	w.write("shop/otel.instrumentation.go", `//go:build tools

package tools

import (
	_ "example.com/audit"
	_ "example.com/hooks/lib"
	_ "example.com/hooks/std"
)
`)
	mod, err := os.ReadFile(filepath.Join(w.dir, "shop", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("shop/go.mod", string(mod)+"\nreplace (\n\texample.com/audit => ../audit\n\texample.com/hooks => ../hooks\n)\n")
	w.run("shop", env, "go", "mod", "tidy", "-e") // package tools is no main package
	bin := filepath.Join(w.dir, "woven")
	_, says := w.run("shop", env, otel(t), "go", "build", "-o", bin)
	for line := range strings.Lines(says) {
		if !strings.HasPrefix(line, "go: downloading ") {
			t.Errorf("the build says: %s", line)
		}
	}
	stdout, _ := w.run("shop", nil, bin, "allocations")
	compare(t, stdout, "")
}

// publish puts v1.0.0 of a module into the module proxy of w.
func (w work) publish(module, from string) {
	w.t.Helper()
	mod, err := os.ReadFile(filepath.Join(from, "go.mod"))
	if err != nil {
		w.t.Fatal(err)
	}
	versions := "proxy/" + module + "/@v/"
	w.write(versions+"list", "v1.0.0\n")
	w.write(versions+"v1.0.0.info", `{"Version":"v1.0.0"}`)
	w.write(versions+"v1.0.0.mod", string(mod))
	w.write(versions+"v1.0.0.zip", "")
	file, err := os.Create(filepath.Join(w.dir, versions, "v1.0.0.zip"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	err = filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		member, err := archive.Create(module + "@v1.0.0" + filepath.ToSlash(strings.TrimPrefix(path, filepath.Clean(from))))
		if err == nil {
			_, err = member.Write(text)
		}
		return err
	})
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}
