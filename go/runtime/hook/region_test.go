package hook

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	rtrace "runtime/trace"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"
)

var regionEvent = regexp.MustCompile(`(RegionBegin|RegionEnd|TaskBegin|TaskEnd) .*?(?:Task=|ID=)(\d+).*?Type="([^"]*)"`)

// tracing returns the regions and tasks of the execution trace that is taken while f runs: + and -
// for begin and end, and their types.
func tracing(t *testing.T, f func()) (events []string) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "trace"))
	if err != nil {
		t.Fatal(err)
	}
	if err := rtrace.Start(file); err != nil {
		t.Skip(err)
	}
	f()
	rtrace.Stop()
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("go", "tool", "trace", "-d=parsed", file.Name()).CombinedOutput()
	if err != nil {
		t.Fatalf("it cannot be read: %v\n%s", err, text)
	}
	tasks := map[string]string{}
	for _, m := range regionEvent.FindAllStringSubmatch(string(text), -1) {
		what, sign := "region", "+"
		if strings.HasPrefix(m[1], "Task") {
			what, tasks[m[2]] = "task", m[3]
		}
		if strings.HasSuffix(m[1], "End") {
			sign = "-"
		}
		event := fmt.Sprintf("%s%s %s", sign, what, m[3])
		if in := tasks[m[2]]; what == "region" && in != "" {
			event += " of " + in
		}
		events = append(events, event)
	}
	return events
}

// A span that is made current is a region of the task that the SDK has for it.
func TestRegions(t *testing.T) {
	on(t)
	var in Instrumentation
	Register(&in, "regions", "otel.tool/hooks/test", "1")
	got := tracing(t, func() {
		ctx, span := in.StartEntry(context.Background(), "GET /", trace.WithSpanKind(trace.SpanKindServer))
		layer := NewLayer(ctx, context.Background(), trace.SpanKindServer)
		server := MakeCurrent(&Active{Ctx: &layer})
		below, inner := in.Start(context.Background(), "query")
		scope := MakeCurrent(&Active{Ctx: below})
		scope.Leave()
		inner.End()
		server.Leave()
		span.End()
	})
	want := []string{"+task GET /", "+region GET / of GET /", "+task query", "+region query of query", "-region query of query", "-task query", "-region GET / of GET /", "-task GET /"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A trace can be read wherever spans are left: by another goroutine, or in another order.
func TestRegionsNest(t *testing.T) {
	on(t)
	var in Instrumentation
	Register(&in, "regions", "otel.tool/hooks/test", "1")
	enter := func(name string) Scope {
		ctx, _ := in.Start(context.Background(), name)
		return MakeCurrent(&Active{Ctx: ctx})
	}
	elsewhere := func(f func()) {
		done := make(chan bool)
		go func() { f(); close(done) }()
		<-done
	}
	got := tracing(t, func() {
		a, b := enter("a"), enter("b")
		elsewhere(func() {
			b.Leave()
			c := enter("c")
			c.Leave()
		})
		d, e := enter("d"), enter("e")
		d.Leave()
		e.Leave()
		a.Leave()
		elsewhere(func() { enter("left") })
	})
	got = slices.DeleteFunc(got, func(event string) bool { return strings.Contains(event, "task") })
	want := []string{"+region a", "+region b", "+region c", "-region c", "+region d", "+region e", "-region e", "-region d", "-region b", "-region a", "+region left"}
	for i, event := range want {
		want[i] = event + " of " + event[len("+region "):]
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
