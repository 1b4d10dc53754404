package tree

import (
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func span(id, parent, name, service, kind string, at, d time.Duration, attrs ...string) Span {
	s := Span{TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", ID: id, Parent: parent, Name: name, Service: service, Kind: kind, Start: start.Add(at), Duration: d}
	for i := 0; i < len(attrs); i += 2 {
		s.Attrs = append(s.Attrs, Attr{attrs[i], attrs[i+1]})
	}
	return s
}

const ms = time.Millisecond

func TestWrite(t *testing.T) {
	tests := []struct {
		name  string
		spans []Span
		want  string
	}{
		{"two services", []Span{
			span("c", "b", "GET /name", "names", "server", 2*ms, 3*ms, "http.response.status_code", "200", "url.path", "/name", "http.route", "/name"),
			span("b", "a", "GET", "greet", "client", ms, 10100*time.Microsecond, "http.response.status_code", "200", "url.full", "http://localhost:8081/name", "server.port", "8081"),
			span("a", "", "GET /greet", "greet", "server", 0, 12300*time.Microsecond, "http.response.status_code", "200", "url.path", "/greet"),
		}, `
trace 4bf92f3577b34da6a3ce929d0e0e4736: 3 spans, 2 services, 12.3 ms
GET /greet       greet  server  12.3 ms  200
└─ GET           greet  client  10.1 ms  200  http://localhost:8081/name
   └─ GET /name  names  server   3.0 ms  200
`},
		{"siblings by their start, path that is not the route", []Span{
			span("a", "", "GET /u/{id}", "s", "server", 0, 5*ms, "http.response.status_code", "404", "url.path", "/u/7"),
			span("c", "a", "late", "s", "internal", 3*ms, ms, "k", "v"),
			span("b", "a", "early", "s", "internal", ms, ms),
			span("d", "b", "deep", "s", "internal", ms, 900*time.Microsecond),
		}, `
trace 4bf92f3577b34da6a3ce929d0e0e4736: 4 spans, 1 service, 5.0 ms
GET /u/{id}  s  server    5.0 ms  404  /u/7
├─ early     s  internal  1.0 ms
│  └─ deep   s  internal  900 µs
└─ late      s  internal  1.0 ms  k=v
`},
		{"an error and an exception", []Span{
			{TraceID: "t", ID: "a", Name: "GET", Service: "s", Kind: "client", Start: start, Duration: 2 * time.Second, Error: true, Message: "connection refused",
				Attrs: []Attr{{"error.type", "dial"}}, Exceptions: []string{"*net.OpError: refused\x1b[2J"}},
			{TraceID: "t", ID: "b", Parent: "a", Name: "x", Service: "s", Start: start.Add(ms), Duration: 90 * time.Second},
		}, `
trace t: 2 spans, 1 service, 1m30s
GET   s  client  2.00 s  dial  connection refused
│  ! *net.OpError: refused·[2J
└─ x  s           1m30s
`},
		{"parent elsewhere, and parents in a ring", []Span{
			span("a", "gone", "orphan", "s", "internal", 0, ms),
			span("b", "c", "ring1", "s", "internal", 0, ms),
			span("c", "b", "ring2", "s", "internal", 0, ms),
			span("d", "d", "self", "s", "internal", 0, ms),
		}, `
trace 4bf92f3577b34da6a3ce929d0e0e4736: 4 spans, 1 service, 1.0 ms
orphan    s  internal  1.0 ms
self      s  internal  1.0 ms
ring1     s  internal  1.0 ms
└─ ring2  s  internal  1.0 ms
`},
	}
	for _, tt := range tests {
		var b strings.Builder
		if err := Write(&b, tt.spans, 0, false); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != tt.want[1:] {
			t.Errorf("%s:\n%swant:\n%s", tt.name, got, tt.want[1:])
		}
	}
}

// Colours change nothing but colours: columns stand where they stood.
func TestColour(t *testing.T) {
	spans := []Span{
		span("a", "", "GET /greet", "greet", "server", 0, 5*ms, "http.response.status_code", "500"),
		span("b", "a", "GET", "names", "client", 0, 5*ms, "http.response.status_code", "200"),
	}
	var plain, colour strings.Builder
	if err := Write(&plain, spans, 0, false); err != nil {
		t.Fatal(err)
	}
	if err := Write(&colour, spans, 0, true); err != nil {
		t.Fatal(err)
	}
	stripped := colour.String()
	for _, code := range []string{bold, dim, red, cyan, off} {
		stripped = strings.ReplaceAll(stripped, code, "")
	}
	if stripped != plain.String() {
		t.Errorf("%s\nwant\n%s", stripped, plain.String())
	}
	if !strings.Contains(colour.String(), red+"500"+off) {
		t.Errorf("no red 500 in %q", colour.String())
	}
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"GET /greet", "GET /greet"},
		{"a\nb\x1b[31mc\u202e", "a·b·[31mc·"},
		{"grün", "grün"},
		{"0123456789abcdef", "012345678…"},
		{"\xff", "\uFFFD"},
	} {
		if got := clean(tt.in, 10); got != tt.want {
			t.Errorf("clean(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0 µs"},
		{999 * time.Microsecond, "999 µs"},
		{1500 * time.Microsecond, "1.5 ms"},
		{150 * time.Millisecond, "150 ms"},
		{1500 * time.Millisecond, "1.50 s"},
		{90 * time.Second, "1m30s"},
	} {
		if got := Duration(tt.d); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.d, got, tt.want)
		}
	}
}

func TestSplit(t *testing.T) {
	list := Split([]Span{
		{TraceID: "2", Start: start.Add(ms), ID: "x"},
		{TraceID: "1", Start: start, ID: "y"},
		{TraceID: "2", Start: start, ID: "z"},
	})
	if len(list) != 2 || list[0][0].TraceID != "1" || len(list[1]) != 2 {
		t.Errorf("%v", list)
	}
}
