package modes

import (
	"os"
	"path/filepath"
	"strings"
)

// What is looked at when a row was built.
type kind int

const (
	program kind = iota // it is run, and gives spans
	built               // it is there
	output              // what the command has written to standard output
	refused             // go refuses it; what it says
)

// A row is one way to build.
type row struct {
	group, name string
	sample      bool     // CI builds it
	args        []string // of go; OUT is a path
	env         []string // OUT as above, DIR the tree
	prepare     func(*tree)
	kind        kind
	made        string // the program's name beside OUT, where go chooses it
	since       string // the release of Go that has it
	needs       string // a program that has to be in PATH
}

func build(args ...string) []string { return append([]string{"build", "-o", "OUT"}, args...) }

// lang sets the language version of the module.
func lang(line string) func(*tree) {
	return func(tr *tree) { tr.edit("go.mod", "go 1.21\n", line) }
}

var rows = []row{
	// ---- commands
	{group: "commands", name: "build", sample: true, args: build()},
	{group: "commands", name: "build -o dir/ ./...", args: []string{"build", "-o", "OUT/", "./..."}, made: "out/app"},
	{group: "commands", name: "build one of several mains", args: build("./cmd/second"), kind: built},
	{group: "commands", name: "build files", sample: true, args: build("main.go")},
	{group: "commands", name: "build a library", args: []string{"build", "./lib"}, kind: output},
	{group: "commands", name: "install", args: []string{"install", "./..."}, made: "app"},
	{group: "commands", name: "run", sample: true, args: []string{"run", ".", "a", "-b"}, kind: output},
	{group: "commands", name: "run files", args: []string{"run", "main.go", "a"}, kind: output},
	{group: "commands", name: "test", sample: true, args: []string{"test", "./..."}, kind: output},
	{group: "commands", name: "test -v -run", args: []string{"test", "-v", "-run", "Greeting|Outside", "./lib"}, kind: output},
	{group: "commands", name: "test -count=1 -json", args: []string{"test", "-count=1", "-json", "./lib"}, kind: output},
	{group: "commands", name: "test -bench", args: []string{"test", "-bench=.", "-benchtime=1x", "-run=^$", "./lib"}, kind: output},
	{group: "commands", name: "test -fuzz", args: []string{"test", "-fuzz=Fuzz", "-fuzztime=10x", "-run=^$", "./lib"}, kind: built, made: "."},
	{group: "commands", name: "test -c", args: []string{"test", "-c", "-o", "OUT", "./lib"}, kind: built},
	{group: "commands", name: "test -cover", args: []string{"test", "-cover", "./lib"}, kind: output},
	{group: "commands", name: "test -coverpkg=./...", args: []string{"test", "-coverpkg=./...", "./..."}, kind: output},
	{group: "commands", name: "test -covermode=atomic -race", args: []string{"test", "-covermode=atomic", "-race", "./lib"}, kind: output},
	{group: "commands", name: "test that fails", args: []string{"test", "./lib"}, kind: refused,
		prepare: func(tr *tree) {
			tr.write("lib/fail_test.go", "package lib\n\nimport \"testing\"\n\nfunc TestFail(t *testing.T) { t.Fatal(\"no\") }\n")
		}},
	{group: "commands", name: "vet", sample: true, args: []string{"vet", "./..."}, kind: output},
	{group: "commands", name: "list -deps", args: []string{"list", "-deps", "./..."}, kind: output},
	{group: "commands", name: "list -m all", args: []string{"list", "-m", "all"}, kind: output},
	{group: "commands", name: "generate", args: []string{"generate", "./..."}, kind: output},
	{group: "commands", name: "env GOMOD GOWORK", args: []string{"env", "GOMOD", "GOWORK", "GOFLAGS"}, kind: output},
	{group: "commands", name: "version", args: []string{"version"}, kind: output},
	{group: "commands", name: "does not compile", sample: true, args: build(), kind: refused,
		prepare: func(tr *tree) { tr.write("bad.go", "package main\n\nvar x int = \"\"\n") }},
	{group: "commands", name: "does not parse", args: build(), kind: refused,
		prepare: func(tr *tree) { tr.write("bad.go", "package main\n\nfunc {\n") }},
	{group: "commands", name: "import that is nowhere", args: build(), kind: refused,
		prepare: func(tr *tree) { tr.write("bad.go", "package main\n\nimport _ \"example.com/app/nowhere\"\n") }},

	// ---- flags
	{group: "flags", name: "-C", sample: true, args: []string{"build", "-C", "cmd", "-o", "OUT", ".."}},
	{group: "flags", name: "-C that is not first", args: build("-C", "cmd"), kind: refused},
	{group: "flags", name: "go -C", args: []string{"-C", "cmd", "build", "-o", "OUT", ".."}},
	{group: "flags", name: "--tags", args: build("--tags", ",extra")},
	{group: "flags", name: "-trimpath", sample: true, args: build("-trimpath")},
	{group: "flags", name: "-ldflags", sample: true, args: build("-ldflags", "-s -w -X main.version=1.2.3 -X 'main.none=a b'")},
	{group: "flags", name: "-ldflags -linkmode=external", args: build("-ldflags=-linkmode=external")},
	{group: "flags", name: "-p 1 -v -x -work", args: build("-p", "1", "-v", "-x", "-work")},
	{group: "flags", name: "-n", args: []string{"build", "-n", "."}, kind: output},
	{group: "flags", name: "-json", args: build("-json")},
	{group: "flags", name: "-a", args: build("-a")},
	{group: "flags", name: "-race", args: build("-race")},
	{group: "flags", name: "-asan", args: build("-asan")},
	{group: "flags", name: "-msan", args: build("-msan"), env: []string{"CC=clang"}, needs: "clang"},
	{group: "flags", name: "-pkgdir", args: build("-pkgdir", "OUT.pkg")},
	{group: "flags", name: "-linkshared", args: build("-linkshared")},
	{group: "flags", name: "-cover", args: build("-cover"), env: []string{"GOCOVERDIR=DIR"}, kind: built},
	{group: "flags", name: "-pgo=off", args: build("-pgo=off")},
	{group: "flags", name: "default.pgo", args: build(), prepare: profile},
	{group: "flags", name: "-gcflags", sample: true, args: build("-gcflags=-N -l")},
	{group: "flags", name: "-gcflags=all=", args: build("-gcflags=all=-N -l")},
	{group: "flags", name: "-gcflags=net/http=", args: build("-gcflags=net/http=-l", "-gcflags=-N")},
	{group: "flags", name: "-asmflags", args: build("-asmflags=all=-trimpath=/x")},
	{group: "flags", name: "-overlay", sample: true, args: build("-overlay=overlay.json"),
		prepare: func(tr *tree) {
			tr.write("other.txt", strings.Replace(tr.read("lib/plain.go"), `""`, `" overlaid"`, 1))
			tr.write("overlay.json", `{"Replace":{"lib/plain.go":"other.txt"}}`)
		}},
	{group: "flags", name: "-toolexec", args: build("-toolexec=env OF_THE_USER=1")},
	{group: "flags", name: "-mod=mod", args: build("-mod=mod")},
	{group: "flags", name: "-modfile", sample: true, args: build("-modfile=other.mod"),
		prepare: func(tr *tree) {
			tr.write("other.mod", tr.read("go.mod"))
			tr.write("other.sum", tr.read("go.sum"))
			tr.write("go.mod", "module example.com/app\n\ngo 1.21\n")
			tr.write("go.sum", "")
		}},
	{group: "flags", name: "-modcacherw", args: build("-modcacherw")},
	{group: "flags", name: "-buildvcs=false", args: build("-buildvcs=false")},
	{group: "flags", name: "a flag that go does not know", args: build("-nosuchflag"), kind: refused},
	{group: "flags", name: "GOFLAGS with quotes", sample: true, args: build(), env: []string{"GOFLAGS='-ldflags=-s -w' -tags=extra -trimpath"}},
	{group: "flags", name: "GOEXPERIMENT", args: build(), env: []string{"GOEXPERIMENT=synctest"}, kind: built},
	{group: "flags", name: "GOGC of the user's own", args: []string{"run", "."}, env: []string{"GOGC=77"}, kind: output},
	{group: "flags", name: "CGO_ENABLED=0", args: build(), env: []string{"CGO_ENABLED=0"}},
	{group: "flags", name: "cgo", sample: true, args: build(), prepare: withC},
	{group: "flags", name: "cgo -race -trimpath", args: build("-race", "-trimpath"), prepare: withC},
	{group: "flags", name: "assembly", args: build(),
		prepare: func(tr *tree) {
			tr.write("lib/add.s", "#include \"textflag.h\"\n\nTEXT ·one(SB), NOSPLIT, $0-8\n\tMOVQ $1, ret+0(FP)\n\tRET\n")
			tr.write("lib/add_amd64.go", "package lib\n\nfunc one() int\n\n// One is one.\nvar One = one()\n")
			tr.edit("main.go", "\"loop\", ", "\"loop\", lib.One, ")
		}},
	{group: "flags", name: "//go:embed", args: build(),
		prepare: func(tr *tree) {
			tr.write("lib/word.txt", "embedded")
			tr.write("lib/word.go", "package lib\n\nimport _ \"embed\"\n\n//go:embed word.txt\nvar Word string\n")
			tr.edit("main.go", "\"loop\", ", "\"loop\", lib.Word, ")
		}},

	// ---- what is built
	{group: "buildmode", name: "exe", args: build("-buildmode=exe")},
	{group: "buildmode", name: "pie", args: build("-buildmode=pie")},
	{group: "buildmode", name: "c-shared", args: build("-buildmode=c-shared"), kind: built},
	{group: "buildmode", name: "c-archive", args: build("-buildmode=c-archive"), kind: built},
	{group: "buildmode", name: "shared, with -o", args: build("-buildmode=shared", "./lib"), kind: refused},
	{group: "buildmode", name: "shared, of a program", args: []string{"build", "-buildmode=shared", "."}, kind: refused},
	{group: "buildmode", name: "plugin", args: build("-buildmode=plugin"), kind: built},

	// ---- other systems
	{group: "systems", name: "linux/arm64", args: build(), env: []string{"GOARCH=arm64", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "linux/386", args: build(), env: []string{"GOARCH=386", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "linux/riscv64", args: build(), env: []string{"GOARCH=riscv64", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "darwin/arm64", args: build(), env: []string{"GOOS=darwin", "GOARCH=arm64", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "windows/amd64", args: build(), env: []string{"GOOS=windows", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "freebsd/amd64", args: build(), env: []string{"GOOS=freebsd", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "GOAMD64=v3", args: build(), env: []string{"GOAMD64=v3"}, kind: built},

	// ---- modules
	{group: "modules", name: "no go line", args: build(), prepare: lang("")},
	{group: "modules", name: "go 1.13", args: build(), prepare: lang("go 1.13\n")},
	{group: "modules", name: "go 1.16, vendored", args: build(), prepare: vendored("go 1.16\n")},
	{group: "modules", name: "go 1.17", args: build(), prepare: lang("go 1.17\n")},
	{group: "modules", name: "go 1.22", sample: true, args: build(), prepare: lang("go 1.22\n")},
	{group: "modules", name: "toolchain line", args: build(), prepare: lang("go 1.22\n\ntoolchain go1.24.0\n")},
	{group: "modules", name: "godebug line", args: build(), prepare: lang("go 1.23\n\ngodebug panicnil=1\n")},
	{group: "modules", name: "vendored, no module cache", sample: true, args: build(), prepare: vendored("go 1.21\n"), env: []string{"GOFLAGS=-mod=vendor"}},
	{group: "modules", name: "in a nested module", args: []string{"build", "-C", "nested", "-o", "OUT"}, prepare: nested},
	{group: "modules", name: "workspace", sample: true, args: build(), prepare: workspace("")},
	{group: "modules", name: "workspace, replace", args: build(), prepare: workspace("\nreplace github.com/google/uuid => github.com/google/uuid v1.4.0\n")},
	{group: "modules", name: "workspace, vendored", args: build(), prepare: func(tr *tree) {
		workspace("")(tr)
		tr.goes("work", "vendor")
		tr.env = append(tr.env, "GOPROXY=off")
	}},
	{group: "modules", name: "workspace, godebug line", sample: true, args: build(), prepare: workspace("\ngodebug panicnil=1\n")},
	{group: "modules", name: "workspace, godebug block", args: build(),
		prepare: workspace("\ngodebug (\n\tdefault=go1.21 // as it was\n\thttp2client=0\n)\n")},
	{group: "modules", name: "workspace, toolchain line", args: build(), prepare: workspace("\ntoolchain go1.24.0\n")},
	{group: "modules", name: "workspace of modules with all directives", since: "go1.25", args: build(), prepare: func(tr *tree) {
		lang("go 1.25\n\ntoolchain go1.25.0\n\ngodebug panicnil=1\n\ntool github.com/google/uuid\n\nignore ./node_modules\n\nexclude github.com/google/uuid v1.5.1\n")(tr)
		workspace("")(tr)
		tr.edit("go.work", "go 1.22\n", "go 1.25\n")
		tr.write("node_modules/x.go", "package broken {\n")
	}},
	{group: "modules", name: "GOWORK=off", args: build(), prepare: workspace(""), env: []string{"GOWORK=off"}, kind: refused},
	{group: "modules", name: "GOWORK=path", args: build(), env: []string{"GOWORK=DIR/../elsewhere/go.work"},
		prepare: func(tr *tree) {
			tr.write("../elsewhere/go.work", "go 1.22\n\nuse ../app\n")
		}},
	{group: "modules", name: "replace by a version", args: build(), prepare: func(tr *tree) {
		tr.write("go.mod", tr.read("go.mod")+"\nreplace github.com/google/uuid v1.5.0 => github.com/google/uuid v1.4.0\n")
		tr.goes("mod", "tidy")
	}},
	{group: "modules", name: "replace by a folder", args: build(), prepare: func(tr *tree) {
		tr.write("go.mod", tr.read("go.mod")+"\nreplace github.com/google/uuid => ./uuid\n")
		tr.write("uuid/go.mod", "module github.com/google/uuid\n")
		tr.write("uuid/uuid.go", "package uuid\n\nconst Nil = \"local\"\n\n// What the telemetry takes from it.\ntype UUID [16]byte\n\nfunc (u UUID) String() string { return \"\" }\n\nfunc NewRandom() (UUID, error) { return UUID{}, nil }\n\nfunc New() UUID { return UUID{} }\n\nfunc NewString() string { return \"\" }\n")
	}},
	{group: "modules", name: "exclude", args: build(), prepare: func(tr *tree) {
		tr.write("go.mod", tr.read("go.mod")+"\nexclude github.com/google/uuid v1.5.1\n")
	}},
	{group: "modules", name: "tool line", args: build(), prepare: lang("go 1.24\n\ntool github.com/google/uuid\n")},
	{group: "modules", name: "ignore line", since: "go1.25", args: build(), prepare: func(tr *tree) {
		lang("go 1.25\n\nignore ./node_modules\n")(tr)
		tr.write("node_modules/x.go", "package broken {\n")
	}},
	{group: "modules", name: "read-only tree", sample: true, args: build(), prepare: readOnly},
	{group: "modules", name: "through a symbolic link", args: []string{"build", "-C", "DIRLINK", "-o", "OUT"}, prepare: func(tr *tree) {
		if err := os.Symlink(tr.dir, filepath.Join(filepath.Dir(tr.dir), "link")); err != nil {
			tr.t.Fatal(err)
		}
	}},
	{group: "modules", name: "GOPATH mode", args: build(), env: []string{"GO111MODULE=off"}, kind: refused},
	{group: "modules", name: "no module at all", args: build("main.go"), kind: refused, prepare: func(tr *tree) { os.Remove(tr.path("go.mod")) }},

	// ---- OpenTelemetry that is there already
	{group: "otel", name: "API alone, v1.41.0", args: build(), prepare: telemetry("otel@v1.41.0", "")},
	{group: "otel", name: "API and SDK, v1.21.0", sample: true, args: build(), prepare: telemetry("otel@v1.21.0", "otel/sdk@v1.21.0")},
	{group: "otel", name: "API and SDK, v1.32.0", args: build(), prepare: telemetry("otel@v1.32.0", "otel/sdk@v1.32.0")},
	{group: "otel", name: "API and SDK, v1.38.0", args: build(), prepare: telemetry("otel@v1.38.0", "otel/sdk@v1.38.0")},

	// ---- drop-in
	{group: "drop-in", name: "OTEL_GO_OFF=1", args: []string{"list", "-deps", "."}, env: []string{"OTEL_GO_OFF=1"}, kind: output},
}

// profile makes a default.pgo: packages are then compiled for this program.
func profile(tr *tree) {
	tr.goes("test", "-run=^$", "-bench=Loop", "-benchtime=300ms", "-cpuprofile="+tr.path("default.pgo"), "-o", filepath.Join(filepath.Dir(tr.dir), "x.test"), "./lib")
}

func withC(tr *tree) {
	tr.write("lib/c.go", "package lib\n\n// static int two(void) { return 2; }\nimport \"C\"\n\n// Two is two, says C.\nvar Two = int(C.two())\n")
	tr.edit("main.go", "\"loop\", ", "\"loop\", lib.Two, ")
}

// vendored makes a vendor folder, and takes the network away.
func vendored(line string) func(*tree) {
	return func(tr *tree) {
		lang(line)(tr)
		tr.goes("mod", "vendor")
		tr.env = append(tr.env, "GOPROXY=off", "GOMODCACHE="+filepath.Join(filepath.Dir(tr.dir), "modcache"), "GOFLAGS=-modcacherw")
	}
}

// nested puts a copy of the program into a module of its own, below.
func nested(tr *tree) {
	for _, name := range []string{"go.mod", "go.sum", "main.go", "lib/lib.go", "lib/plain.go"} {
		tr.write("nested/"+name, tr.read(name))
	}
}

// workspace moves lib to a module of its own and puts both into a go.work.
func workspace(more string) func(*tree) {
	return func(tr *tree) {
		tr.write("lib/go.mod", "module example.com/app/lib\n\ngo 1.21\n")
		tr.write("go.work", "go 1.22\n\nuse (\n\t.\n\t./lib\n)\n"+more)
		if more != "" {
			tr.goes("work", "sync")
			tr.goes("build", "-o", filepath.Join(filepath.Dir(tr.dir), "x")) // go writes go.work.sum
		}
	}
}

func readOnly(tr *tree) {
	filepath.WalkDir(tr.dir, func(path string, d os.DirEntry, err error) error {
		if d.IsDir() {
			return os.Chmod(path, 0o555)
		}
		return os.Chmod(path, 0o444)
	})
}

// telemetry makes the program use OpenTelemetry itself.
func telemetry(api, sdk string) func(*tree) {
	return func(tr *tree) {
		imports, setup := "\t\"go.opentelemetry.io/otel\"\n", "\totel.Tracer(\"app\")\n"
		if sdk != "" {
			imports += "\t\"go.opentelemetry.io/otel/sdk/trace\"\n"
			setup += "\ttrace.NewTracerProvider()\n"
		}
		tr.edit("main.go", "\t\"example.com/app/lib\"\n", "\t\"example.com/app/lib\"\n"+imports)
		tr.edit("main.go", "func main() {\n", "func main() {\n"+setup)
		lang("go 1.24\n")(tr)
		get := []string{"get", "go.opentelemetry.io/" + api}
		if sdk != "" {
			get = append(get, "go.opentelemetry.io/"+sdk)
		}
		tr.goes(get...)
		tr.goes("mod", "tidy")
	}
}
