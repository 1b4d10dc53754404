package e2e

import (
	"strings"
	"testing"

	"otel.tool/tests/e2e/collect"
)

// TestOwnSDK: a program that sets a tracer provider, at any time, gets one span for each
// layer through its own exporter, with every version of OpenTelemetry from the floor on: the
// client's is ours, the server's otelhttp's, the step by hand. Ours exports what came before.
func TestOwnSDK(t *testing.T) {
	t.Parallel()
	const request = `client GET in ""|server theirs in "GET"|internal step in "theirs"|`
	const tree = "Client GET|  Server theirs|    Internal step|"
	rows := []struct {
		time        string
		own, theirs int // requests whose spans come from us, and from the program's exporter
	}{
		{"never", 2, 0}, {"init", 0, 2}, {"main", 0, 2}, {"twice", 0, 2}, {"late", 1, 1}, {"noop", 0, 0},
	}
	for otel, contrib := range map[string]string{"v1.21.0": "v0.46.1", "v1.28.0": "v0.53.0", "v1.35.0": "v0.60.0", "v1.47.0": "v0.72.0"} {
		t.Run(otel, func(t *testing.T) {
			t.Parallel()
			a := atVersions(t, "ownsdk", "go.opentelemetry.io/otel@"+otel, "go.opentelemetry.io/otel/sdk@"+otel, "go.opentelemetry.io/otel/trace@"+otel,
				"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp@"+contrib)
			woven := a.woven()
			if v := strings.Fields(a.must("go", "list", "-m", "go.opentelemetry.io/otel/sdk").out)[1]; v != otel {
				t.Errorf("the program has OpenTelemetry %s", v)
			}
			for _, row := range rows {
				c := collect.Start(t)
				r := a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, woven, row.time)
				want := lines(strings.TrimSuffix(strings.Repeat(request, row.theirs), "|"))
				if row.theirs == 0 {
					want = "\n"
				}
				if got := sortedLines(r.out); got != sortedLines(want) || r.err != "" {
					t.Errorf("%s: theirs\n%s%s\nwant\n%s", row.time, got, r.err, want)
				}
				if got, want := collect.Tree(c.Spans()), strings.ReplaceAll(strings.Repeat(tree, row.own), "|", "\n"); got != want {
					t.Errorf("%s: ours\n%swant\n%s", row.time, got, want)
				}
			}
		})
	}
}

// TestOwnSignals: a program that sets up all signals, by hand or with contrib's autoexport,
// gets each span, measurement and record once, and nothing is exported by us. Of the request
// that otelhttp serves, the measurement is otelhttp's, as the span is. The versions are those that
// logs work with: the oldest, the last before records got other values, the first after, the newest.
func TestOwnSignals(t *testing.T) {
	t.Parallel()
	for contrib, otelVersion := range map[string]string{"v0.66.0": "1.41.0", "v0.69.0": "1.44.0", "v0.70.0": "1.45.0", "v0.72.0": "1.47.0"} {
		t.Run(contrib, func(t *testing.T) {
			if contrib != "v0.66.0" && contrib != "v0.72.0" && !*allMatrix {
				t.Skip("without -all")
			}
			a := atVersions(t, "ownsignals", "go.opentelemetry.io/contrib/exporters/autoexport@"+contrib,
				"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp@"+contrib)
			a.env = append(a.env, "OTEL_GO_SIGNALS=all")
			ownSignals(t, a, a.woven(), "OTel OTLP Exporter Go/"+otelVersion)
		})
	}
}

// ownSignals runs ownsignals, whose exporter for OTLP is of the name given.
func ownSignals(t *testing.T, a *app, woven, exporter string) {
	t.Helper()
	c := collect.Start(t)
	r := a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.GRPC, "OTEL_LOGS_EXPORTER=otlp", woven, "sdk")
	const want = `metric go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp http.server.request.duration 1
metric otel.tool/hooks/net/http http.client.request.duration 1
metric otel.tool/hooks/net/http http.client.request.duration 1
metric otel.tool/hooks/net/http http.server.request.duration 1
record served true
record served true
span client GET
span client GET
span server GET
span server theirs`
	if got := sortedLines(r.out); got != want || r.err != "" {
		t.Errorf("sdk: got\n%s%s\nwant\n%s", got, r.err, want)
	}
	if n := len(c.Requests()); n != 0 {
		t.Errorf("sdk: %d exports of ours", n)
	}

	r = a.must("OTEL_TRACES_EXPORTER=console", "OTEL_METRICS_EXPORTER=console", "OTEL_LOGS_EXPORTER=console", woven, "autoexport")
	for text, n := range map[string]int{`"SpanKind":`: 4, `"http.server.request.duration"`: 2, `"http.client.request.duration"`: 1, `"served"`: 2} {
		if got := strings.Count(r.out, text); got != n {
			t.Errorf("autoexport: %s %d times, want %d, in\n%s", text, got, n, r.out)
		}
	}
	if r.err != "" {
		t.Errorf("autoexport: says %s", r.err)
	}

	r = a.must("OTEL_EXPORTER_OTLP_ENDPOINT="+c.HTTP, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_METRICS_EXPORTER=none", "OTEL_LOGS_EXPORTER=none", woven, "autoexport")
	if tree := collect.Tree(c.Spans()); tree != "Client GET\n  Server GET\nClient GET\n  Server theirs\n" || r.err != "" {
		t.Errorf("autoexport to a collector: got\n%s%s", tree, r.err)
	}
	for _, req := range c.Requests() {
		if ua := req.Header["user-agent"]; !strings.HasPrefix(ua, exporter) {
			t.Errorf("autoexport to a collector: sent by %q, want %q", ua, exporter)
		}
	}
}
