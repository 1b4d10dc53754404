package modes

import (
	"os"
	"path/filepath"
	"strings"
)

// What is looked at when a row was built.
type kind int

const (
	program  kind = iota // it is run, and gives spans
	built                // it is there
	output               // what the command has written to standard output
	twice                // the same, and the second time it comes from go's cache of tests
	refused              // go refuses it; what it says
	declined             // go takes it, otel refuses it with a clear word
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
	leaves      string // the file that the command is to leave in the tree
	says        string // what otel says of it on standard error
	moves       bool   // OpenTelemetry's modules
	after       func(tr *tree, plain, woven one)
	since       string // the release of Go that has it
	needs       string // a program that has to be in PATH
	first       bool   // before all others: it compiles for them, too
	std         string // the standard library compiled with other flags: one after the other, the next has it
}

func build(args ...string) []string { return append([]string{"build", "-o", "OUT"}, args...) }

// lang sets the language version of the module.
func lang(line string) func(*tree) {
	return func(tr *tree) { tr.edit("go.mod", "go 1.21\n", line) }
}

var rows = []row{
	// ---- commands
	{group: "commands", name: "build", sample: true, args: build(), first: true},
	{group: "commands", name: "build without -o", args: []string{"build"}, leaves: "app"},
	{group: "commands", name: "build --o=", args: []string{"build", "--o=OUT", "."}},
	{group: "commands", name: "build -o /dev/null", args: []string{"build", "-o", "/dev/null", "."}, kind: output},
	{group: "commands", name: "build -o dir/ ./...", args: []string{"build", "-o", "OUT/", "./..."}, made: "out/app"},
	{group: "commands", name: "build one of several mains", args: build("./cmd/second"), kind: built},
	{group: "commands", name: "build files", sample: true, args: build("main.go")},
	{group: "commands", name: "build a library", args: []string{"build", "./lib"}, kind: output},
	{group: "commands", name: "install", args: []string{"install", "./..."}, made: "app"},
	{group: "commands", name: "install path@version", sample: true, args: []string{"install", "example.com/app@v1.1.0"}, made: "app", prepare: published},
	{group: "commands", name: "install path@version -trimpath -ldflags", args: []string{"install", "-trimpath", "-ldflags=-s -X main.version=1.2.3", "example.com/app@v1.1.0"}, made: "app", prepare: published, std: "trimpath"},
	{group: "commands", name: "install path@latest, nested, deprecated", args: []string{"install", "example.com/app/cmd/nested@latest"}, made: "nested", says: "go: module example.com/app is deprecated: use something else.", prepare: published},
	{group: "commands", name: "install path/...@version", args: []string{"install", "example.com/app/...@v1.1.0"}, made: "nested", prepare: published},
	{group: "commands", name: "install path@version, that only logs", args: []string{"install", elsewhere}, kind: built, made: "hello"},
	{group: "commands", name: "install path@version, unknown", args: []string{"install", "example.com/app@v1.3.0"}, kind: refused, says: "go: example.com/app@v1.3.0: ", prepare: published},
	{group: "commands", name: "install path@version, replace", args: []string{"install", "example.com/app@v1.2.0-replace"}, kind: refused, says: "go: example.com/app@v1.2.0-replace (in example.com/app@v1.2.0-replace):", prepare: published},
	{group: "commands", name: "install path@version, a library", args: []string{"install", "example.com/app/lib@v1.1.0"}, kind: refused, says: "package example.com/app/lib is not a main package", prepare: published},
	{group: "commands", name: "run path@version", args: []string{"run", "example.com/app@v1.1.0", "a", "-b"}, env: []string{"OTEL_TRACES_EXPORTER=console"}, kind: output, says: "GET /greet ", prepare: published},
	{group: "commands", name: "build the program of a dependency", sample: true, args: build("example.com/app"), prepare: depends},
	{group: "commands", name: "install the tools of go.mod", args: []string{"install", "tool"}, made: "app", prepare: depends},
	{group: "commands", name: "run", sample: true, args: []string{"run", ".", "a", "-b"}, kind: output},
	{group: "commands", name: "run files", args: []string{"run", "main.go", "a"}, kind: output},
	{group: "commands", name: "test", sample: true, args: []string{"test", "./..."}, kind: output},
	{group: "commands", name: "test -v -run", args: []string{"test", "-v", "-run", "Greeting|Outside", "./lib"}, kind: output},
	{group: "commands", name: "test -count=1 -json", args: []string{"test", "-count=1", "-json", "./lib"}, kind: output},
	{group: "commands", name: "test -bench", args: []string{"test", "-bench=.", "-benchtime=1x", "-run=^$", "./lib"}, kind: output},
	{group: "commands", name: "test -fuzz", std: "fuzz", args: []string{"test", "-fuzz=Fuzz", "-fuzztime=10x", "-run=^$", "./lib"}, kind: built, made: "."},
	{group: "commands", name: "test -c", args: []string{"test", "-c", "-o", "OUT", "./lib"}, kind: built},
	{group: "commands", name: "test -cover", args: []string{"test", "-cover", "./lib"}, kind: output},
	{group: "commands", name: "test -coverpkg=./...", args: []string{"test", "-coverpkg=./...", "./..."}, kind: output},
	{group: "commands", name: "test -covermode=atomic -race", args: []string{"test", "-covermode=atomic", "-race", "./lib"}, kind: output, std: "race"},
	{group: "commands", name: "test, cached", sample: true, args: []string{"test", "./lib"}, kind: twice},
	{group: "commands", name: "test, no goroutine left (goleak)", args: []string{"test", "-count=1", "-v", "./lib"}, kind: output, prepare: leaks},
	{group: "commands", name: "test, in a bubble (testing/synctest)", since: "go1.25", args: []string{"test", "-count=1", "-v", "./lib"}, kind: output, prepare: bubble},
	{group: "commands", name: "test of a dependency", args: []string{"test", "github.com/google/uuid"}, kind: output},
	{group: "commands", name: "test of what our runtime imports", args: []string{"test", "encoding/base64", "net/http/httptest"}, kind: output},
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
	{group: "flags", name: "-trimpath", sample: true, args: build("-trimpath"), std: "trimpath"},
	{group: "flags", name: "-ldflags", sample: true, args: build("-ldflags", "-s -w -X main.version=1.2.3 -X 'main.none=a b'")},
	{group: "flags", name: "-ldflags -linkmode=external", args: build("-ldflags=-linkmode=external")},
	{group: "flags", name: "-p 1 -v -x -work", args: build("-p", "1", "-v", "-x", "-work")},
	{group: "flags", name: "-n", args: []string{"build", "-n", "."}, kind: output},
	{group: "flags", name: "-json", args: build("-json")},
	{group: "flags", name: "-a", args: build("-a")},
	{group: "flags", name: "-race", args: build("-race"), std: "race"},
	{group: "flags", name: "-asan", args: build("-asan")},
	{group: "flags", name: "-msan", args: build("-msan"), env: []string{"CC=clang"}, needs: "clang"},
	{group: "flags", name: "-pkgdir", args: build("-pkgdir", "OUT.pkg")},
	{group: "flags", name: "-linkshared", args: build("-linkshared"), std: "dynlink"},
	{group: "flags", name: "-cover", args: build("-cover"), prepare: func(tr *tree) {
		tr.env = append(tr.env, "GOCOVERDIR="+tr.beside(""))
	}},
	{group: "flags", name: "-pgo=off", args: build("-pgo=off")},
	{group: "flags", name: "default.pgo", args: build(), prepare: profile("default.pgo"), std: "pgo"},
	{group: "flags", name: "-pgo=file", args: build("-pgo=cpu.pprof"), prepare: profile("cpu.pprof"), std: "pgo"},
	{group: "flags", name: "-gcflags", sample: true, args: build("-gcflags=-N -l")},
	{group: "flags", name: "-gcflags=all=", args: build("-gcflags=all=-N -l")},
	{group: "flags", name: "-gcflags=net/http=", args: build("-gcflags=net/http=-l", "-gcflags=-N")},
	{group: "flags", name: "-asmflags", args: build("-asmflags=all=-trimpath=/x")},
	{group: "flags", name: "-overlay", sample: true, args: build("-overlay=overlay.json"),
		prepare: func(tr *tree) {
			tr.write("other.txt", strings.Replace(tr.read("lib/plain.go"), `""`, `" overlaid"`, 1))
			tr.write("overlay.json", `{"Replace":{"lib/plain.go":"other.txt"}}`)
		}},
	{group: "flags", name: "-toolexec", args: build("-toolexec='DIR/../tool'"), prepare: userTool, after: sameTools},
	{group: "flags", name: "-mod=mod", args: build("-mod=mod")},
	{group: "flags", name: "-mod=readonly", args: build("-mod=readonly")},
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
	{group: "flags", name: "GOFLAGS with quotes", sample: true, args: build(), env: []string{"GOFLAGS='-ldflags=-s -w' -tags=extra -trimpath"}, std: "trimpath"},
	{group: "flags", name: "GOEXPERIMENT", args: build(), env: []string{"GOEXPERIMENT=fieldtrack"}, kind: built},
	{group: "flags", name: "GOGC of the user's own", args: []string{"run", "."}, env: []string{"GOGC=77"}, kind: output},
	{group: "flags", name: "CGO_ENABLED=0", args: build(), env: []string{"CGO_ENABLED=0"}},
	{group: "flags", name: "cgo", sample: true, args: build(), prepare: withC},
	{group: "flags", name: "cgo -race -trimpath", args: build("-race", "-trimpath"), prepare: withC, std: "race"},
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
	{group: "buildmode", name: "pie", args: build("-buildmode=pie"), std: "shared"},
	{group: "buildmode", name: "c-shared", args: build("-buildmode=c-shared"), kind: built, prepare: exported, after: calledByC, std: "shared"},
	{group: "buildmode", name: "c-archive", args: build("-buildmode=c-archive"), kind: built, prepare: exported, after: calledByC, std: "shared"},
	{group: "buildmode", name: "shared, with -o", args: build("-buildmode=shared", "./lib"), kind: refused},
	{group: "buildmode", name: "shared, of a program", args: []string{"build", "-buildmode=shared", "."}, kind: refused},
	{group: "buildmode", name: "shared, of the standard library", args: []string{"install", "-buildmode=shared", "std"}, kind: output, says: "not woven", prepare: ownRoot, std: "dynlink"},
	{group: "buildmode", name: "-linkshared, with such a library", args: build("-linkshared"), kind: built, says: "not woven", std: "dynlink",
		prepare: func(tr *tree) {
			ownRoot(tr)
			tr.goes("install", "-buildmode=shared", "std")
		}},
	{group: "buildmode", name: "plugin", args: build("-buildmode=plugin"), kind: built, prepare: opened, after: openedByHost},

	// ---- other systems
	{group: "systems", name: "linux/arm64", args: build(), env: []string{"GOARCH=arm64", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "linux/386", args: build(), env: []string{"GOARCH=386", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "linux/riscv64", args: build(), env: []string{"GOARCH=riscv64", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "darwin/arm64", args: build(), env: []string{"GOOS=darwin", "GOARCH=arm64", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "windows/amd64", args: build(), env: []string{"GOOS=windows", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "freebsd/amd64", args: build(), env: []string{"GOOS=freebsd", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "linux/s390x", args: build(), env: []string{"GOARCH=s390x", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "wasip1/wasm", args: build(), env: []string{"GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0"}, kind: built},
	{group: "systems", name: "GOAMD64=v3", args: build(), env: []string{"GOAMD64=v3"}, kind: built},

	// ---- modules
	{group: "modules", name: "no go line", args: build(), prepare: lang("")},
	{group: "modules", name: "go 1.13", args: build(), prepare: lang("go 1.13\n")},
	{group: "modules", name: "go 1.16, vendored", args: build(), prepare: vendored("go 1.16\n")},
	{group: "modules", name: "go 1.17", args: build(), prepare: lang("go 1.17\n")},
	{group: "modules", name: "go 1.20", args: build(), prepare: lang("go 1.20\n")},
	{group: "modules", name: "go 1.22", sample: true, args: build(), prepare: lang("go 1.22\n")},
	{group: "modules", name: "toolchain line", args: build(), prepare: lang("go 1.22\n\ntoolchain go1.24.0\n")},
	{group: "modules", name: "godebug line", args: build(), prepare: lang("go 1.23\n\ngodebug panicnil=1\n")},
	{group: "modules", name: "vendored, no module cache", sample: true, args: build(), prepare: vendored("go 1.21\n"), env: []string{"GOFLAGS=-mod=vendor"}},
	{group: "modules", name: "in a nested module", args: []string{"build", "-C", "nested", "-o", "OUT"}, prepare: nested},
	{group: "modules", name: "workspace", sample: true, args: build(), prepare: workspace("")},
	{group: "modules", name: "workspace, replace", args: build(), prepare: workspace("\nreplace github.com/google/uuid => github.com/google/uuid v1.4.0\n")},
	{group: "modules", name: "workspace, vendored, no module cache", prepare: func(tr *tree) {
		workspace("")(tr)
		tr.goes("work", "vendor")
		offline(tr)
	}, args: build()},
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
	{group: "modules", name: "GOWORK=off, where go.work is needed", args: build(), prepare: workspace(""), env: []string{"GOWORK=off"}, kind: refused},
	{group: "modules", name: "GOWORK=off", args: build(), env: []string{"GOWORK=off"}, prepare: func(tr *tree) {
		tr.write("go.work", "go 1.22\n\nuse (\n\t.\n\t./none\n)\n")
	}},
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
	{group: "modules", name: "read-only module cache, no network", args: build(), prepare: readOnlyCache},
	{group: "modules", name: "through a symbolic link", args: []string{"build", "-C", "DIRLINK", "-o", "OUT"}, prepare: func(tr *tree) {
		if err := os.Symlink(tr.dir, filepath.Join(tr.around(), "link")); err != nil {
			tr.t.Fatal(err)
		}
	}},
	{group: "modules", name: "working folder that is a symbolic link", args: build(), prepare: func(tr *tree) {
		link := filepath.Join(tr.around(), "link")
		if err := os.Symlink(tr.dir, link); err != nil {
			tr.t.Fatal(err)
		}
		tr.dir = link
	}},
	{group: "modules", name: "file that is a symbolic link", args: build(), prepare: func(tr *tree) {
		tr.write("../elsewhere/plain.txt", tr.read("lib/plain.go"))
		os.Remove(tr.path("lib/plain.go"))
		if err := os.Symlink("../../elsewhere/plain.txt", tr.path("lib/plain.go")); err != nil {
			tr.t.Fatal(err)
		}
	}},
	{group: "modules", name: "private module", args: build(), prepare: private, needs: "git"},
	{group: "modules", name: "GOPATH mode", args: build(), env: []string{"GO111MODULE=off", "GOPATH=DIR/gopath"}, kind: declined, says: "GO111MODULE", prepare: gopath},
	{group: "modules", name: "file in no module", args: build("main.go"), says: "not woven", kind: built, prepare: func(tr *tree) {
		os.Remove(tr.path("go.mod"))
		tr.write("main.go", "package main\n\nimport \"net/http\"\n\nfunc main() { http.NewServeMux() }\n")
	}},
	{group: "modules", name: "no module at all", args: build("main.go"), kind: refused, prepare: func(tr *tree) { os.Remove(tr.path("go.mod")) }},

	// ---- OpenTelemetry that is there already
	{group: "otel", name: "API and SDK, v1.19.0, too old: moved", args: build(), prepare: telemetry("otel@v1.19.0", "otel/sdk@v1.19.0"),
		moves: true, says: "otel: moved go.opentelemetry.io/otel"},
	{group: "otel", name: "API alone, v1.35.0, through otelhttp: moved", moves: true, says: "otel: moved go.opentelemetry.io/otel", args: build(), prepare: library("go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", "v0.60.0")},
	{group: "otel", name: "in the build list alone, through grpc v1.75.0", args: build(), prepare: library("google.golang.org/grpc/codes", "google.golang.org/grpc@v1.75.0")},
	{group: "otel", name: "API alone, v1.41.0", args: build(), prepare: telemetry("otel@v1.41.0", "")},
	{group: "otel", name: "API and SDK, v1.21.0", sample: true, args: build(), prepare: telemetry("otel@v1.21.0", "otel/sdk@v1.21.0")},
	{group: "otel", name: "API and SDK, v1.32.0", args: build(), prepare: telemetry("otel@v1.32.0", "otel/sdk@v1.32.0")},
	{group: "otel", name: "API and SDK, v1.38.0", args: build(), prepare: telemetry("otel@v1.38.0", "otel/sdk@v1.38.0")},

	// ---- drop-in
	{group: "drop-in", name: "OTEL_GO_OFF=1", args: []string{"list", "-deps", "."}, env: []string{"OTEL_GO_OFF=1"}, kind: output},
}

// profile gives the program a profile: packages are then compiled for it. It is that of
// BenchmarkLoop, and the same every time, for what is compiled with it to be found again.
func profile(name string) func(*tree) {
	return func(tr *tree) {
		text, err := os.ReadFile("testdata/cpu.pprof")
		if err != nil {
			tr.t.Fatal(err)
		}
		tr.write(name, string(text))
	}
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
		offline(tr)
	}
}

// offline takes the network away, and what came from it.
func offline(tr *tree) {
	tr.env = append(tr.env, "GOPROXY=off", "GOMODCACHE="+tr.beside("modcache"), "GOFLAGS=-modcacherw")
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
			tr.goes("build", "-o", tr.beside("x")) // go writes go.work.sum
		}
	}
}

// ownRoot gives the tree a copy of Go: shared libraries are installed in Go's own folder.
func ownRoot(tr *tree) {
	r := tr.run(nil, "go", "env", "GOROOT")
	root := tr.beside("goroot")
	if err := os.CopyFS(root, os.DirFS(strings.TrimSpace(r.out))); err != nil {
		tr.t.Fatal(err)
	}
	tr.env = append(tr.env, "GOROOT="+root)
}

func readOnly(tr *tree) { protect(tr, tr.dir) }

// readOnlyCache has what the program needs in a module cache to which nothing can be added.
func readOnlyCache(tr *tree) {
	tr.env = append(tr.env, "GOMODCACHE="+tr.beside("modcache"))
	tr.goes("build", "-o", tr.beside("x"))
	tr.env = append(tr.env, "GOPROXY=off")
	protect(tr, tr.beside("modcache"))
}

// protect takes the right to write, and from root the right to write all the same.
func protect(tr *tree, dir string) {
	if os.Getuid() == 0 {
		tr.wrap = []string{"setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"}
	}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if d.IsDir() {
			return os.Chmod(path, 0o555)
		}
		return os.Chmod(path, 0o444)
	})
}

// gopath lays the program out as it was done before there were modules.
func gopath(tr *tree) {
	tr.edit("main.go", "\t\"github.com/google/uuid\"\n", "")
	tr.edit("main.go", "\tfmt.Println(\"uuid\", uuid.Nil)\n", "")
	tr.write("gopath/src/example.com/app/lib/lib.go", tr.read("lib/lib.go"))
	tr.write("gopath/src/example.com/app/lib/plain.go", tr.read("lib/plain.go"))
}

// leaks has the tests of lib end with no goroutine of theirs running.
func leaks(tr *tree) {
	tr.write("lib/leak_test.go", "package lib\n\nimport (\n\t\"net/http\"\n\t\"testing\"\n\n\t\"go.uber.org/goleak\"\n)\n\n"+
		"func TestLeak(t *testing.T) {\n\tdefer goleak.VerifyNone(t)\n\tGreeting(\"leak\")\n\thttp.DefaultClient.CloseIdleConnections()\n}\n")
	tr.goes("get", "go.uber.org/goleak@v1.3.0")
}

// bubble has a request of lib's tests in a bubble, which cannot be left while a goroutine of it runs
// or waits outside.
func bubble(tr *tree) {
	lang("go 1.25\n")(tr)
	text, err := os.ReadFile("testdata/bubble_test.go.txt")
	if err != nil {
		tr.t.Fatal(err)
	}
	tr.write("lib/bubble_test.go", string(text))
}

// private makes the program import a module that is in a repository of its owner's alone.
func private(tr *tree) {
	repo := tr.beside("repos/greet.git")
	for name, text := range map[string]string{
		"go.mod":   "module private.example.com/greet.git\n",
		"greet.go": "package greet\n\n// Word is the word.\nconst Word = \"hello\"\n",
	} {
		if err := os.MkdirAll(repo, 0o755); err != nil {
			tr.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(repo, name), []byte(text), 0o644); err != nil {
			tr.t.Fatal(err)
		}
	}
	for _, words := range []string{"init -q", "add .", "-c user.name=a -c user.email=a@example.com commit -q -m one", "tag v1.0.0"} {
		if r := tr.run(nil, append([]string{"git", "-C", repo}, strings.Fields(words)...)...); r.code != 0 {
			tr.t.Fatalf("git %s: %v", words, r)
		}
	}
	tr.env = append(tr.env, "GOPRIVATE=private.example.com", "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=url.file://"+tr.beside("repos")+"/.insteadOf", "GIT_CONFIG_VALUE_0=https://private.example.com/")
	tr.edit("main.go", "\t\"example.com/app/lib\"\n", "\t\"example.com/app/lib\"\n\tgreet \"private.example.com/greet.git\"\n")
	tr.edit("main.go", "\"loop\", ", "\"loop\", greet.Word, ")
	tr.goes("get", "private.example.com/greet.git@v1.0.0")
}

// library makes the program import a package that brings OpenTelemetry along.
func library(path, version string) func(*tree) {
	return func(tr *tree) {
		lang("go 1.24\n")(tr)
		tr.edit("main.go", "\t\"example.com/app/lib\"\n", "\t\"example.com/app/lib\"\n\t_ \""+path+"\"\n")
		if !strings.Contains(version, "@") {
			version = path + "@" + version
		}
		tr.goes("get", version)
		tr.goes("mod", "tidy")
	}
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
