package e2e

import (
	"strings"
	"testing"
)

// TestOld: a program whose modules are older than what we add works with is built nevertheless:
// woven, with what has to move, where that compiles, else as it is; and a line says so, each time.
func TestOld(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, require, imports, use string
		woven                       bool
		says                        string
	}{
		{"OpenTelemetry of before v1", "github.com/go-redis/redis/v8 v8.4.0", `"github.com/go-redis/redis/v8"`, "redis.NewClient(new(redis.Options)).Close()",
			false, "warning: this build is not woven: it has go.opentelemetry.io/otel v0.14.0"},
		{"its metrics of before v1", "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp v0.36.4", `"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"`,
			`otelhttp.NewHandler(http.NotFoundHandler(), "x")`, false, "warning: this build is not woven: it has go.opentelemetry.io/otel/metric v0.33.0"},
		{"a log API that others took the place of", "go.opentelemetry.io/otel/log v0.3.0", `"go.opentelemetry.io/otel/log"`, "log.String(\"a\", \"b\").Value.AsString()", true, "otel: moved go.opentelemetry.io/otel/log v0.3.0"},
		{"x/sys of 2020", "golang.org/x/sys v0.0.0-20200930185726-fdedc70b468f", `"golang.org/x/sys/unix"`, "unix.Getpid()", true, "otel: moved golang.org/x/sys v0.0.0-20200930185726-fdedc70b468f"},
		{"x/sys of 2021, which stays", "golang.org/x/sys v0.0.0-20210423082822-04245dca01da", `"golang.org/x/sys/unix"`, "unix.Getpid()", true, ""},
		{"what no longer compiles with ours", "go.opentelemetry.io/otel/log v0.3.0", `"go.opentelemetry.io/otel/log"`, "_ = func(l log.Logger) bool { return l.Enabled(nil, log.Record{}) }", false, "warning: built without telemetry"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := emptyApp(t, "go.mod", "module example.com/old\n\ngo 1.24\n\nrequire "+row.require+"\n", "main.go",
				"package main\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n\n\t"+row.imports+"\n)\n\nfunc main() {\n\t"+row.use+"\n\tfmt.Println(http.StatusOK)\n}\n")
			a.must("go", "mod", "tidy")
			plain := a.must("go", "run", ".")
			for range 2 {
				r := a.run(otel, "go", "build", "-o", "out")
				if r.code != 0 || !strings.Contains(r.err, row.says) || row.says == "" && strings.Contains(r.err, "otel: ") {
					t.Fatalf("want %q: %v", row.says, r)
				}
				if got := a.must("./out"); got.out != plain.out {
					t.Errorf("plain: %vwoven: %v", plain, got)
				}
				if woven := a.run(otel, "manifest", "out").code == 0; woven != row.woven {
					t.Errorf("woven: %v", woven)
				}
			}
			if r := a.run(otel, "go", "run", "."); r.code != 0 || r.out != plain.out {
				t.Errorf("go run: %v", r)
			}
		})
	}
}
