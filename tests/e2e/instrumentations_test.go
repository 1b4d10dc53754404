package e2e

import (
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// atVersions is a program of testdata that requires just these modules.
func atVersions(t *testing.T, program string, modules ...string) *app {
	t.Helper()
	a := newApp(t, program)
	mod := "module example.com/" + program + "\n\ngo 1.24\n"
	for _, m := range modules {
		mod += "\nrequire " + strings.Replace(m, "@", " ", 1)
	}
	a.write("go.mod", mod+"\n")
	a.write("go.sum", "")
	a.must("go", "mod", "tidy")
	return a
}

// traces runs a woven program to its end, and returns the spans that it has sent.
func traces(t *testing.T, bin string, words ...string) []collect.Span {
	t.Helper()
	c := collect.Start(t)
	env := []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC}
	for len(words) > 0 && assignment.MatchString(words[0]) {
		env, words = append(env, words[0]), words[1:]
	}
	if r := start(t, env, bin, words...).wait(); r.code != 0 {
		t.Fatal(r)
	}
	return c.Spans()
}

// lines is a tree whose lines are written one after another.
func lines(tree string) string { return strings.ReplaceAll(tree, "|", "\n") + "\n" }

// TestGRPC makes calls in every way with gRPC's oldest, newest and other versions:
// what the program notices is what it notices of the plain one, and the spans are
// those of the calls.
func TestGRPC(t *testing.T) {
	t.Parallel()
	const get, failed = "Client test.Echo/Get|  Server test.Echo/Get", "Client test.Echo/Get Error|  Server test.Echo/Get Error"
	rows := []struct{ section, tree string }{
		{"unary", get + "|" + failed + "|" + failed},
		{"streams", "Client test.Echo/Down|  Server test.Echo/Down|Client test.Echo/Down Error|  Server test.Echo/Down|" +
			"Client test.Echo/Up|  Server test.Echo/Up|Client test.Echo/Up Error|  Server test.Echo/Up|" +
			"Client test.Echo/Both|  Server test.Echo/Both|Client test.Echo/Both Error|  Server test.Echo/Both Error"},
		{"interceptors", get + "|Client test.Echo/Both|  Server test.Echo/Both"},
		{"stats", get + "|Client test.Echo/Get Error|  Server test.Echo/Get|Client test.Echo/Down|  Server test.Echo/Down"},
		{"unknown", "Client test.Echo/Nothing Error|  Server grpc Error|Client test.Nobody/Get Error|  Server grpc Error|" +
			"Client nothing Error|  Server grpc Error|Client grpc Error|  Server grpc Error"},
		{"catchall", "Client other.Service/Any|  Server grpc"},
		{"panic", failed},
		{"refused", "Client test.Echo/Get Error|Client test.Echo/Get Error"},
		{"retry", "Client test.Echo/Get|  Server test.Echo/Get Error|  Server test.Echo/Get"},
		{"bufconn", get},
		{"workers", get + "|" + get + "|" + get},
		{"http", get},
		{"nested", get + "|    Client test.Echo/Get|      Server test.Echo/Get|" +
			get + "|    Client test.Echo/Get|      Server test.Echo/Get|" +
			get + "|    Client GET Error|      Server GET"},
		{"health", "Client grpc.health.v1.Health/Check|  Server grpc.health.v1.Health/Check"},
	}
	for i, version := range tested["google.golang.org/grpc"] {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			between(t, i, len(tested["google.golang.org/grpc"]))
			a := atVersions(t, "grpc", "google.golang.org/grpc@"+version)
			plain, woven := a.plain(), a.woven()
			want := a.must(plain).out
			for _, env := range []string{"OTEL_TRACES_SAMPLER=always_on", "OTEL_TRACES_SAMPLER=always_off", "OTEL_SDK_DISABLED=true"} {
				if got := a.must("OTEL_TRACES_EXPORTER=none", env, woven).out; got != want {
					t.Errorf("%s, - plain, + woven:\n%s", env, diff(want, got))
				}
			}
			for _, row := range rows {
				if got := collect.Tree(traces(t, woven, row.section)); got != lines(row.tree) {
					t.Errorf("%s: got\n%swant\n%s", row.section, got, lines(row.tree))
				}
			}
			exclude := "OTEL_GO_EXCLUDE=/grpc.health.v1.Health/*,//*/grpc.health.v1.Health/*"
			if got := traces(t, woven, exclude, "health"); len(got) != 0 {
				t.Errorf("health checks are not left out:\n%s", collect.Tree(got))
			}
			grpcAttributes(t, woven)
		})
	}
}

// grpcAttributes checks attributes against the semantic conventions.
func grpcAttributes(t *testing.T, woven string) {
	t.Helper()
	for _, row := range []struct {
		section string
		want    []attrs // in the order of the spans' start
	}{
		{"unary", []attrs{
			{"rpc.system.name": "grpc", "rpc.method": "test.Echo/Get", "rpc.response.status_code": "OK", "server.address": "127.0.0.1", "server.port": anything,
				"network.peer.address": "127.0.0.1", "network.peer.port": anything, "error.type": none, "rpc.service": none, "rpc.system": none},
			{"rpc.system.name": "grpc", "rpc.method": "test.Echo/Get", "rpc.response.status_code": "OK", "server.address": "127.0.0.1", "server.port": anything,
				"client.address": "127.0.0.1", "client.port": anything, "network.peer.address": "127.0.0.1", "network.peer.port": anything, "error.type": none},
			{"rpc.response.status_code": "UNKNOWN", "error.type": "UNKNOWN"},
			{"rpc.response.status_code": "UNKNOWN", "error.type": "UNKNOWN"},
		}},
		{"unknown", []attrs{{"rpc.method": "test.Echo/Nothing"}, {"rpc.method": "_OTHER", "rpc.method_original": "test.Echo/Nothing", "error.type": "UNIMPLEMENTED"}}},
		{"bufconn", []attrs{{"server.address": "buffer", "server.port": none, "network.peer.address": "bufconn"}, {"network.peer.address": "bufconn"}}},
		{"refused", []attrs{{"rpc.response.status_code": "UNAVAILABLE", "network.peer.address": none}}},
		{"closed", []attrs{{"rpc.response.status_code": anything, "error.type": anything}}},
	} {
		spans := traces(t, woven, row.section)
		for i, want := range row.want {
			if i >= len(spans) {
				t.Errorf("%s: %d spans", row.section, len(spans))
				break
			}
			want.check(t, spans[i])
		}
	}
	// Metadata that are asked for; what is in secret ones is not told.
	const capture = "OTEL_INSTRUMENTATION_GRPC_CAPTURE_METADATA_"
	for _, s := range traces(t, woven, capture+"CLIENT_RESPONSE=seen,method,bin-bin", capture+"SERVER_RESPONSE=seen,method,bin-bin", capture+"SERVER_REQUEST=content-type", "unary")[:2] {
		attrs{"rpc.response.metadata.seen": anything, "rpc.response.metadata.method": anything, "rpc.response.metadata.bin-bin": anything}.check(t, s)
	}
	// The trace that the program has put into the metadata by itself goes on.
	spans := traces(t, woven, "metadata")
	last := spans[len(spans)-2]
	if last.TraceID != "0af7651916cd43dd8448eb211c80319c" || last.ParentID != "b7ad6b7169203331" {
		t.Errorf("trace %s, parent %s", last.TraceID, last.ParentID)
	}
}

// TestRouters asks routers, at their oldest, newest and two versions between: the
// answers are those of the plain program, and the spans have the routes.
func TestRouters(t *testing.T) {
	t.Parallel()
	const (
		colon  = "Server GET /plain|Server GET /items/:id|Server GET /api/users/:id|Server GET"
		braces = "Server GET /plain|Server GET /items/{id}|Server GET /api/users/{id:[0-9]+}|Server GET"
	)
	trees := map[string]string{"gin": colon, "echo4": colon, "echo5": colon, "mux": braces, "httprouter": colon, "chi": braces}
	for i, name := range []string{"oldest", "older", "newer", "newest"} {
		var modules []string
		for _, m := range []string{"github.com/gin-gonic/gin", "github.com/labstack/echo/v4", "github.com/labstack/echo/v5", "github.com/gorilla/mux", "github.com/julienschmidt/httprouter", "github.com/go-chi/chi/v5"} {
			modules = append(modules, nth(m, i, 4))
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			between(t, i, 4)
			a := atVersions(t, "routers", modules...)
			plain, woven := a.plain(), a.woven()
			for router, tree := range trees {
				if p, w := a.must(plain, router), a.must("OTEL_TRACES_EXPORTER=none", "OTEL_METRICS_EXPORTER=none", woven, router); p != w {
					t.Errorf("%s, - plain, + woven:\n%s", router, diff(p.String(), w.String()))
				}
				if got := collect.Tree(traces(t, woven, router)); got != lines(tree) {
					t.Errorf("%s: got\n%swant\n%s", router, got, lines(tree))
				}
			}
		})
	}
}

// TestDoubles: where the program makes a span itself, of what we make one of, there
// is one, theirs; whether the SDK is ours or the program's.
func TestDoubles(t *testing.T) {
	t.Parallel()
	a := newApp(t, "doubles")
	woven := a.woven(".")
	rows := []struct{ section, tree string }{
		{"otelhttp", "Server theirs|  Client GET"},
		{"otelhttp-route", "Server theirs|  Client GET"},
		{"otelgin", "Server GET /items/:id|  Client GET"},
		{"otelecho", "Server GET /items/:id|  Client GET"},
		{"otelmux", "Server GET /items/{id}|  Client GET"},
		{"byhand", "Server theirs|  Internal step|  Client GET"},
		{"outer", "Server theirs|  Client GET|  Client GET"},
		{"root", "Server theirs|  Client GET"},
		{"client", "Client HTTP GET"},
		{"otelgrpc", "Client grpc.health.v1.Health/Check|  Server grpc.health.v1.Health/Check"},
		{"otelfiber", "Server /items/:id|  Internal step|  Client GET"},
		{"fasthttp", "Server theirs|  Internal step|  Client GET"},
		{"fasthttp-step", "Server GET|  Internal step|  Client GET"},
		{"none", "Server GET|  Client GET"},
	}
	for _, row := range rows {
		spans := traces(t, woven, row.section)
		if got := collect.Tree(spans); got != lines(row.tree) {
			t.Errorf("%s: got\n%swant\n%s", row.section, got, lines(row.tree))
		}
		if row.section != "root" && len(spans) > 0 && spans[0].ParentID != "" {
			t.Errorf("%s: the first span has a parent that was not exported", row.section)
		}
		for _, s := range spans {
			ours := strings.HasPrefix(s.Scope, "otel.tool/")
			theirs := s.Name == "theirs" || strings.HasPrefix(row.section, "otel") && (s.Kind == "Server" || row.section == "otelgrpc") || row.section == "client"
			if ours == theirs && s.Kind != "Internal" {
				t.Errorf("%s: %s %s is of %s", row.section, s.Kind, s.Name, s.Scope)
			}
		}
		// With an SDK of the program's own, its exporter gets the very same spans.
		own := a.must("OWN_SDK=1", woven, row.section).out
		if got := strings.Count(own, "span "); got != strings.Count(row.tree, "|")+1 {
			t.Errorf("%s, own SDK:\n%swant\n%s", row.section, own, lines(row.tree))
		}
	}

	api := a.woven("./apionly")
	if got := collect.Tree(traces(t, api)); got != lines("Server theirs|  Internal step") {
		t.Errorf("without an SDK: got\n%s", got)
	}
	if plain, woven := a.must(a.plain("./apionly")), a.must("OTEL_TRACES_EXPORTER=none", "OTEL_METRICS_EXPORTER=none", api); plain != woven {
		t.Errorf("plain: %vwoven: %v", plain, woven)
	}
}
