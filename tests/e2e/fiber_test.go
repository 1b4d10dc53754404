package e2e

import (
	"fmt"
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// fiberRows are the sections of testdata/fiber2 and fiber3, and the spans of each.
var fiberRows = []struct{ section, tree string }{
	{"routes", "Server GET /|Server GET /items/:id|Server HEAD /items/:id|Server POST /items|Server GET /api/v1/users/:id|Server GET /mounted/deep/:id|" +
		"Server GET /wild/*|Server GET /opt/:id?|Server GET /opt/:id?|Server GET /two|Server GET /static|Server GET"},
	{"none", "Server GET|Server DELETE|Server GET|Server HTTP|Server GET|Server GET /api/v1"},
	{"wrong", "Server GET /error/:id Error|Server GET /fail/:id Error|Server GET /panic/:id Error|Server GET /slow/:id|Server GET /items/:id"},
	{"calls", "Server GET /calls/:id|  Client GET|    Server GET /items/:id|  Client GET|    Server GET /items/:id"},
	{"test", "Server GET /items/:id"},
}

// TestFiber asks applications of fiber, at its oldest, newest and other versions: the
// answers are those of the plain program, and the spans of fasthttp have the routes.
func TestFiber(t *testing.T) {
	t.Parallel()
	type row struct {
		program, module, version, context string
		i, n                              int // the i-th of n versions
	}
	var rows []row
	for program, module := range map[string]string{"fiber2": "github.com/gofiber/fiber/v2", "fiber3": "github.com/gofiber/fiber/v3"} {
		for i, version := range tested[module] {
			rows = append(rows, row{program, module, version, "", i, len(tested[module])})
		}
	}
	rows = append(rows, row{"fiber3", "github.com/gofiber/fiber/v3", "v3.1.0", "custom", 0, 1})
	for _, row := range rows {
		t.Run(row.version+row.context, func(t *testing.T) {
			t.Parallel()
			between(t, row.i, row.n)
			a := atVersions(t, row.program, row.module+"@"+row.version)
			plain, woven := a.plain(), a.woven()
			replaced(t, a, row.module, row.version)
			words := func(section string) []string { return strings.Fields(section + " " + row.context) }
			for _, r := range fiberRows {
				if row.program == "fiber3" { // unknown methods are 501, not 400
					r.tree = strings.Replace(r.tree, "Server HTTP", "Server HTTP Error", 1)
				}
				want := a.must(append([]string{plain}, words(r.section)...)...).out
				for _, env := range []string{"OTEL_TRACES_EXPORTER=none", "OTEL_SDK_DISABLED=true"} {
					if got := a.must(append([]string{env, woven}, words(r.section)...)...).out; got != want {
						t.Errorf("%s, %s, - plain, + woven:\n%s", r.section, env, diff(want, got))
					}
				}
				spans := traces(t, woven, words(r.section)...)
				if got := collect.Tree(spans); got != lines(r.tree) {
					t.Errorf("%s: got\n%swant\n%s", r.section, got, lines(r.tree))
				}
				if strings.Contains(fmt.Sprint(spans), "S3CR3T") {
					t.Errorf("%s: a span holds a secret:\n%+v", r.section, spans)
				}
			}
			fiberAttributes(t, woven, words)
			const off = "OTEL_INSTRUMENTATION_GITHUB_COM_GOFIBER_FIBER_ENABLED=false"
			if got := collect.Tree(traces(t, woven, append([]string{off}, words("test")...)...)); got != "Server GET\n" {
				t.Errorf("%s: got\n%s", off, got)
			}
			for _, exclude := range []string{"OTEL_GO_EXCLUDE=/items/*", "OTEL_GO_EXCLUDE=http.route=/items/:id"} {
				if got := collect.Tree(traces(t, woven, append([]string{exclude}, words("test")...)...)); got != "" {
					t.Errorf("%s: got\n%s", exclude, got)
				}
			}
		})
	}
}

// fiberAttributes checks what a route changes.
func fiberAttributes(t *testing.T, woven string, words func(string) []string) {
	t.Helper()
	for section, want := range map[string][]attrs{
		"routes": {{"http.route": "/"}, {"http.route": "/items/:id", "url.path": "/items/7", "url.query": "token=REDACTED", "http.response.status_code": 200}},
		"none":   {{"http.route": none, "http.response.status_code": 404}},
		"wrong":  {{"error.type": "503"}, {"error.type": "500"}, {"error.type": "500", "http.route": "/panic/:id"}, {"http.response.status_code": 408, "error.type": none}},
	} {
		spans := traces(t, woven, words(section)...)
		for i, w := range want {
			w.check(t, spans[i])
		}
	}
}

// TestFiberRace sends many requests at once, under the race detector: each is in a trace
// of its own.
func TestFiberRace(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"fiber2", "fiber3"} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, program)
			a.env = append(a.env, "CGO_ENABLED=1")
			want := lines("Client GET|  Server GET /echo/:n|    Client GET|      Server GET /items/:id")
			if got := collect.Tree(traces(t, a.woven("-race"), "many")); got != strings.Repeat(want, 400) {
				t.Errorf("got\n%.2000s", got)
			}
		})
	}
}
