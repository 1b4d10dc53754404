package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"otel.tool/runtime/internal/receive"
)

func span(service, id, parent, name string) receive.Span {
	return receive.Span{Service: service, TraceID: "t1", SpanID: id, ParentID: parent, Name: name, Kind: "server", Status: "unset", Start: time.Now().UnixNano()}
}

// The spans of one trace that come from several services are one tree, printed
// when nothing has been added for a while.
func TestMerge(t *testing.T) {
	var out bytes.Buffer
	stopped := false
	v := &viewer{out: &out, left: 1, stop: func() { stopped = true }, traces: map[string]*trace{}}
	v.take([]receive.Span{span("front", "1", "", "GET /greet"), span("front", "2", "1", "GET")})
	v.take([]receive.Span{span("back", "3", "2", "GET /name")})
	v.print(time.Hour)
	if out.Len() > 0 {
		t.Errorf("printed too early: %s", out.String())
	}
	v.print(0)
	if s := out.String(); !strings.Contains(s, "3 spans, 2 services") || !strings.Contains(s, "   └─ GET /name  back") || !stopped {
		t.Errorf("stopped %v, printed\n%s", stopped, s)
	}
}

func TestJSONLines(t *testing.T) {
	var out bytes.Buffer
	stops := 0
	v := &viewer{out: &out, json: true, left: 2, stop: func() { stops++ }}
	v.take([]receive.Span{span("a", "1", "", "x"), span("a", "2", "1", "y\n")})
	if lines := strings.Split(out.String(), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[0], `{"service":"a","name":"x","kind":"server"`) || stops != 1 {
		t.Errorf("%d stops, %q", stops, lines)
	}
}

// The summary counts a trace under its root, and finds the failed ones by any span.
func TestSummary(t *testing.T) {
	root := span("front", "1", "0", "GET /greet") // its parent is not ours
	child := span("back", "2", "1", "GET /name")
	root.End, child.End = root.Start+int64(20*time.Millisecond), child.Start+int64(time.Millisecond)
	child.Status = "error"
	other := span("front", "3", "", "GET /")
	other.TraceID, other.End = "t2", other.Start+int64(2*time.Second)

	var out bytes.Buffer
	v := &viewer{out: &out, summary: &summary{}, slow: time.Second, stop: func() {}, traces: map[string]*trace{}}
	v.take([]receive.Span{child, root, other})
	v.print(0)
	v.summary.write(&out)
	s := out.String()
	for _, want := range []string{"2 traces, 1 with errors\n", " 1       1    20ms  20ms     20ms  front  GET /greet\n", "      2s  front  GET /\n"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %q in\n%s", want, s)
		}
	}
	// The failed one is printed though it was fast.
	if n := strings.Count(s, "trace t"); n != 2 {
		t.Errorf("%d trees in\n%s", n, s)
	}
}

func TestSlow(t *testing.T) {
	var out bytes.Buffer
	v := &viewer{out: &out, summary: &summary{}, slow: time.Second, stop: func() {}, traces: map[string]*trace{}}
	v.take([]receive.Span{span("a", "1", "", "x")})
	v.print(0)
	if out.Len() > 0 || v.summary.traces != 1 {
		t.Errorf("%d counted, printed\n%s", v.summary.traces, out.String())
	}
	v.summary = &summary{}
	v.summary.write(&out)
	if !strings.Contains(out.String(), "no trace came") {
		t.Errorf("printed %q", out.String())
	}
}
