package e2e

import (
	"debug/buildinfo"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestAllModes builds and runs the hello program in go's build modes.
func TestAllModes(t *testing.T) {
	if !*allMatrix {
		t.Skip("without -all")
	}
	t.Parallel()
	rows := []struct {
		name string
		env  []string
		args []string
	}{
		{"plain", nil, nil},
		{"race", []string{"CGO_ENABLED=1"}, []string{"-race"}},
		{"cover", nil, []string{"-cover"}},
		{"coverpkg", nil, []string{"-coverpkg=./..."}},
		{"pie", nil, []string{"-buildmode=pie"}},
		{"no cgo", []string{"CGO_ENABLED=0"}, nil},
		{"trimpath", nil, []string{"-trimpath"}},
		{"again", nil, []string{"-a"}},
		{"no optimisation", nil, []string{"-gcflags=all=-N -l"}},
		{"tags", nil, []string{"-tags=a,b,netgo"}},
		{"ldflags", nil, []string{"-ldflags=-X main.a=b\n-s -w"}},
		{"pgo off", nil, []string{"-pgo=off"}},
		{"json", nil, []string{"-json"}},
		{"one at a time", nil, []string{"-p=1"}},
		{"mod", nil, []string{"-mod=mod"}},
		{"read-only", nil, []string{"-mod=readonly"}},
		{"amd64 v3", []string{"GOAMD64=v3"}, nil},
		{"GOFLAGS", []string{"GOFLAGS='-ldflags=-s -w' -trimpath"}, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, "hello")
			a.env = row.env
			traced(t, a.woven(row.args...))
		})
	}
}

// TestAllToolchains runs the comparing tests' programs with each Go release.
func TestAllToolchains(t *testing.T) {
	if !*allMatrix {
		t.Skip("without -all")
	}
	t.Parallel()
	for _, version := range releases {
		for _, name := range []string{"parity", "exits", "tested", "pinned", "forms"} {
			t.Run(version+" "+name, func(t *testing.T) {
				t.Parallel()
				haveToolchain(t, version)
				a := newApp(t, name)
				a.env = []string{"GOTOOLCHAIN=" + version, "OTEL_TRACES_EXPORTER=none"}
				if name == "tested" {
					a.must(otel, "go", "test", "./...")
					return
				}
				args := []string{}
				if name == "exits" {
					args = append(args, "exit3")
				}
				plain := a.run(slices.Concat([]string{a.plain()}, args)...)
				woven := a.run(slices.Concat([]string{a.woven()}, args)...)
				if plain.code != woven.code || plain.out != woven.out {
					t.Errorf("- plain, + woven:\n%s", diff(plain.String(), woven.String()))
				}
			})
		}
	}
}

// offline is an environment without a network and with an empty module cache.
func offline(t testing.TB) []string {
	t.Helper()
	return []string{"GOPROXY=off", "GOFLAGS=-modcacherw", "GOMODCACHE=" + filepath.Join(tempDir(t), "mod")}
}

// TestVendored builds with a vendor folder, no network and an empty module
// cache.
func TestVendored(t *testing.T) {
	t.Parallel()
	a := newApp(t, "pinned")
	a.must("go", "mod", "vendor")
	before := snapshot(t, a.dir)
	a.env = append(offline(t), "OTEL_TRACES_EXPORTER=none")
	plain, woven := a.plain(), a.woven()
	if p, w := a.must(plain), a.must(woven); p != w {
		t.Errorf("plain: %vwoven: %v", p, w)
	}
	have := deps(t, woven)
	for _, m := range deps(t, plain) {
		if !slices.Contains(have, m) {
			t.Errorf("%s moved", m)
		}
	}
	if d := diff(before, snapshot(t, a.dir)); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
}

// TestModfile builds with a go.mod that has another name.
func TestModfile(t *testing.T) {
	t.Parallel()
	a := newApp(t, "hello")
	a.write("other.mod", "module example.com/other\n\ngo 1.24\n")
	a.write("go.mod", "module example.com/hello\n\ngo 1.24\n\nrequire example.com/nowhere v1.0.0\n")
	before := snapshot(t, a.dir)
	bin := a.woven("-modfile=other.mod")
	traced(t, bin)
	if info, err := buildinfo.ReadFile(bin); err != nil || info.Main.Path != "example.com/other" {
		t.Error(info, err)
	}
	if d := diff(before, snapshot(t, a.dir)); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
}

// TestCover: a program built with -cover gives the profile of the plain one.
func TestCover(t *testing.T) {
	t.Parallel()
	a := newApp(t, "exits")
	profile := func(bin string) string {
		dir := tempDir(t)
		a.must("GOCOVERDIR="+dir, "OTEL_TRACES_EXPORTER=none", bin, "return")
		return a.must("go", "tool", "covdata", "textfmt", "-i="+dir, "-o=/dev/stdout").out
	}
	if d := diff(profile(a.plain("-cover")), profile(a.woven("-cover"))); d != "" {
		t.Errorf("- plain, + woven:\n%s", d)
	}
}

// TestWorkspace builds a program of a workspace, from two of its folders.
func TestWorkspace(t *testing.T) {
	t.Parallel()
	a := emptyApp(t,
		"go.work", "go 1.24\n\nuse (\n\t./cmd\n\t./lib\n)\n",
		"cmd/go.mod", "module example.com/cmd\n\ngo 1.24\n\nrequire example.com/lib v0.0.0\n",
		"cmd/main.go", "package main\n\nimport (\n\t\"log\"\n\t\"net/http\"\n\t\"os\"\n\n\t\"example.com/lib\"\n)\n\nfunc main() {\n\thttp.HandleFunc(\"GET /greet\", lib.Hello)\n\tlog.Fatal(http.ListenAndServe(os.Args[1], nil))\n}\n",
		"lib/go.mod", "module example.com/lib\n\ngo 1.24\n",
		"lib/lib.go", "package lib\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n)\n\n// Hello says hello.\nfunc Hello(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, \"hello\") }\n")
	before := snapshot(t, a.dir)
	traced(t, a.woven("./cmd"))
	bin := filepath.Join(tempDir(t), "bin")
	a.must(otel, "go", "-C", "cmd", "build", "-o", bin)
	traced(t, bin)
	if d := diff(before, snapshot(t, a.dir)); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
	// go itself cannot vendor a version that is nowhere
	a.write("go.work", "go 1.24\n\nuse (\n\t./cmd\n\t./lib\n)\n\nreplace example.com/lib v0.0.0 => ./lib\n")
	a.must("go", "work", "vendor")
	before = snapshot(t, a.dir)
	a.env = offline(t)
	traced(t, a.woven("./cmd"))
	if d := diff(before, snapshot(t, a.dir)); d != "" {
		t.Errorf("the tree changed:\n%s", d)
	}
}

// TestAllCross builds for other systems; what comes out is only looked at.
func TestAllCross(t *testing.T) {
	if !*allMatrix {
		t.Skip("without -all")
	}
	t.Parallel()
	for _, target := range [][2]string{{"linux", "arm64"}, {"darwin", "arm64"}, {"windows", "amd64"}} {
		t.Run(target[0], func(t *testing.T) {
			t.Parallel()
			a := newApp(t, "hello")
			a.env = []string{"GOOS=" + target[0], "GOARCH=" + target[1], "CGO_ENABLED=0"}
			if info, err := buildinfo.ReadFile(a.woven()); err != nil || info.Path != "example.com/hello" {
				t.Error(info, err)
			}
		})
	}
}

// releases are the Go releases that programs are built with, beside the one
// that is here.
var releases = []string{"go1.24.9", "go1.25.5", "go1.27.0"}

// ends returns the releases of Go that CI builds with: all of them with -all, else the oldest and the
// newest.
func ends() []string {
	if *allMatrix {
		return releases
	}
	return []string{releases[0], releases[len(releases)-1]}
}

// haveToolchain skips a test for a Go release that cannot be had here.
func haveToolchain(t *testing.T, version string) {
	t.Helper()
	if out, err := exec.Command("env", "GOTOOLCHAIN="+version, "go", "version").CombinedOutput(); err != nil {
		t.Skipf("%s cannot be had: %s", version, out)
	}
}
