package modes

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What is done with what two builds have made, where running it is not enough.

// userTool is a tool of the user's between go and the tools of Go. It keeps a list of those.
func userTool(tr *tree) {
	tr.write("../tool", "#!/bin/sh\nbasename \"$1\" >>\"${GOBIN}/tools\"\nexec \"$@\"\n")
	if err := os.Chmod(tr.path("../tool"), 0o755); err != nil {
		tr.t.Fatal(err)
	}
}

// sameTools holds what the user's tool was asked for against each other.
func sameTools(tr *tree, plain, woven one) {
	var tools [2][]string
	for i, o := range []one{plain, woven} {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(o.path), "tools"))
		if err != nil {
			tr.t.Fatal(err)
		}
		tools[i] = slices.Compact(slices.Sorted(slices.Values(strings.Fields(string(text)))))
	}
	if !slices.Contains(tools[0], "compile") || !slices.Contains(tools[0], "link") {
		tr.t.Errorf("plain: the user's tool saw %q only", tools[0])
	}
	for _, tool := range tools[0] {
		if !slices.Contains(tools[1], tool) {
			tr.t.Errorf("woven: the user's tool did not see %s", tool)
		}
	}
}

const cMain = `
#include <unistd.h>
extern void Greet(void);
int main(void) { Greet(); usleep(500000); return 0; }
`

// exported has the program export what it does, to C.
func exported(tr *tree) {
	tr.write("export.go", "package main\n\nimport (\n\t\"C\"\n\t\"fmt\"\n\n\t\"example.com/app/lib\"\n)\n\n//export Greet\nfunc Greet() { fmt.Println(lib.Greeting(\"C\")) }\n")
}

// calledByC links both with a program of C's, and runs it.
func calledByC(tr *tree, plain, woven one) {
	if err := os.WriteFile(tr.beside("main.c"), []byte(cMain), 0o644); err != nil {
		tr.t.Fatal(err)
	}
	for _, o := range []one{plain, woven} {
		bin := o.path + ".exe"
		if r := tr.run(nil, "gcc", "-o", bin, tr.beside("main.c"), "-x", "none", o.path, "-lpthread", "-lresolv"); r.code != 0 {
			tr.t.Fatalf("gcc: %v", r)
		}
		greets(tr, o == woven, "hello C\n", bin)
	}
}

// opened has the program be a plugin, and a program beside it that opens one.
func opened(tr *tree) {
	tr.write("plugged.go", "package main\n\nimport \"example.com/app/lib\"\n\n// Greet greets.\nfunc Greet() string { return lib.Greeting(\"plugin\") }\n")
	tr.write("cmd/host/main.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"plugin\"\n\n\t\"example.com/app/lib\"\n\t\"github.com/google/uuid\"\n)\n\n"+
		"func main() {\n\tp, err := plugin.Open(os.Args[1])\n\tif err != nil {\n\t\tfmt.Println(err)\n\t\tos.Exit(1)\n\t}\n"+
		"\tgreet, err := p.Lookup(\"Greet\")\n\tfmt.Println(greet.(func() string)(), err, lib.Loop(), uuid.Nil)\n}\n")
}

// openedByHost has each opened by a host that is built as it is, and the woven one by the plain host.
func openedByHost(tr *tree, plain, woven one) {
	const want = "hello plugin <nil> 3 3 3 00000000-0000-0000-0000-000000000000\n"
	for _, o := range []one{plain, woven} {
		host := o.path + ".host"
		tool := []string{"go"}
		if o == woven {
			tool = []string{otel, "go"}
		}
		if r := tr.run(nil, append(tool, "build", "-o", host, "./cmd/host")...); r.code != 0 {
			tr.t.Fatalf("the host: %v", r)
		}
		greets(tr, o == woven, want, host, o.path)
	}
	greets(tr, true, want, plain.path+".host", woven.path)
}

// greets runs a program, and looks for the spans of its request.
func greets(tr *tree, spans bool, want string, words ...string) {
	tr.t.Helper()
	r := tr.run([]string{"OTEL_TRACES_EXPORTER=console", "OTEL_BSP_SCHEDULE_DELAY=50"}, words...)
	if r.code != 0 || r.out != want || strings.Contains(r.err, "GET /greet ") != spans {
		tr.t.Errorf("spans wanted: %v; %v", spans, r)
	}
}
