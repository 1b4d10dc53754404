// Package tree prints a trace as people read it:
//
//	trace 4bf92f3577b34da6a3ce929d0e0e4736: 3 spans, 2 services, 12.3 ms
//	GET /greet         greet  server  12.3 ms  200
//	└─ GET             greet  client  10.1 ms  200  http://localhost:8081/name
//	   └─ GET /name    names  server   3.0 ms  200
//
// It knows nothing of the SDK nor of OTLP, so that the console exporter inside a
// program and a viewer of several programs' spans print alike.
package tree

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Span is one span, as much of it as is printed.
type Span struct {
	TraceID, ID, Parent string // hexadecimal; Parent is "" for a root
	Name                string
	Kind                string // server, client, producer, consumer, internal
	Service             string
	Start               time.Time
	Duration            time.Duration
	Error               bool
	Message             string // of the status
	Attrs               []Attr
	Exceptions          []string // "type: message" of each recorded exception
}

// Attr is an attribute, its value as text.
type Attr struct {
	Key, Value string
}

// attr returns the value of key, or "".
func (s *Span) attr(key string) string {
	for _, a := range s.Attrs {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

const (
	longestName  = 60 // characters of a name that are printed
	longestValue = 80 // characters of a value that are printed
	mostAttrs    = 6  // attributes beside the well-known ones
)

// Write prints spans, which are of one trace, as a tree. A span whose parent is
// not among them stands at the left. Dropped is how many spans of the trace are
// not there because there were too many. Colour is for terminals.
func Write(w io.Writer, spans []Span, dropped int, colour bool) error {
	if len(spans) == 0 {
		return nil
	}
	lines := layOut(spans)
	p := printer{bufio.NewWriter(w), colour}
	p.header(spans)
	widths := measure(lines)
	for _, l := range lines {
		p.line(l, widths)
	}
	if dropped > 0 {
		fmt.Fprintf(p, "… and %s more\n", plural(dropped, "span"))
	}
	return p.Flush()
}

// line is a span with what is drawn before it.
type line struct {
	*Span
	branch string // before the span's own line
	below  string // before lines that follow it
	name   string
}

// layOut returns the spans in the order of the tree, children by their start.
func layOut(spans []Span) []line {
	ids := map[string]bool{}
	for i := range spans {
		ids[spans[i].ID] = true
	}
	children := map[string][]*Span{}
	for i := range spans {
		s := &spans[i]
		parent := s.Parent
		if !ids[parent] || parent == s.ID {
			parent = ""
		}
		children[parent] = append(children[parent], s)
	}
	for _, list := range children {
		slices.SortStableFunc(list, func(a, b *Span) int { return a.Start.Compare(b.Start) })
	}
	t := &layout{children: children, seen: map[*Span]bool{}}
	for _, root := range children[""] {
		t.add(root, "", "")
	}
	for i := range spans { // what only spans that name each other as parents lead to
		if !t.seen[&spans[i]] {
			t.add(&spans[i], "", "")
		}
	}
	return t.lines
}

type layout struct {
	children map[string][]*Span
	seen     map[*Span]bool
	lines    []line
}

func (t *layout) add(s *Span, branch, below string) {
	if t.seen[s] {
		return
	}
	t.seen[s] = true
	list := t.children[s.ID]
	if s.ID == "" {
		list = nil
	}
	l := line{Span: s, branch: branch, below: below + "   ", name: clean(s.Name, longestName)}
	if len(list) > 0 {
		l.below = below + "│  "
	}
	t.lines = append(t.lines, l)
	for i, child := range list {
		if i == len(list)-1 {
			t.add(child, below+"└─ ", below+"   ")
		} else {
			t.add(child, below+"├─ ", below+"│  ")
		}
	}
}

// widths are those of the columns, in characters.
type widths struct {
	name, service, kind, duration int
}

func measure(lines []line) (w widths) {
	count := utf8.RuneCountInString
	for _, l := range lines {
		w.name = max(w.name, count(l.branch)+count(l.name))
		w.service = max(w.service, count(clean(l.Service, longestName)))
		w.kind = max(w.kind, count(l.Kind))
		w.duration = max(w.duration, count(Duration(l.Duration)))
	}
	return w
}

// The colours, as ANSI has them.
const (
	bold = "\x1b[1m"
	dim  = "\x1b[2m"
	red  = "\x1b[31m"
	cyan = "\x1b[36m"
	off  = "\x1b[0m"
)

// Colourful says whether w is a terminal whose user has nothing against colours
// (https://no-color.org).
func Colourful(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

type printer struct {
	*bufio.Writer
	colour bool
}

// put writes text in a style, padded on the right to width characters.
func (p *printer) put(style, text string, width int) {
	if p.colour && style != "" && text != "" {
		text = style + text + off
		width += len(style) + len(off)
	}
	p.WriteString(text)
	for n := utf8.RuneCountInString(text); n < width; n++ {
		p.WriteByte(' ')
	}
}

func (p *printer) header(spans []Span) {
	first, last := spans[0].Start, time.Time{}
	services := map[string]bool{}
	for i := range spans {
		s := &spans[i]
		if s.Start.Before(first) {
			first = s.Start
		}
		if end := s.Start.Add(s.Duration); end.After(last) {
			last = end
		}
		services[s.Service] = true
	}
	p.put(bold, "trace "+spans[0].TraceID, 0)
	fmt.Fprintf(p, ": %s, %s, %s\n", plural(len(spans), "span"), plural(len(services), "service"), Duration(last.Sub(first)))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (p *printer) line(l line, w widths) {
	p.put(dim, l.branch, 0)
	style := bold
	if l.Error {
		style = bold + red
	}
	p.put(style, l.name, w.name-utf8.RuneCountInString(l.branch)+2)
	p.put(cyan, clean(l.Service, longestName), w.service+2)
	p.put(dim, l.Kind, w.kind+2)
	p.put("", fmt.Sprintf("%*s", w.duration, Duration(l.Duration)), 0)
	for _, fact := range facts(l.Span) {
		p.WriteString("  ")
		style := ""
		if fact.bad {
			style = red
		}
		p.put(style, fact.text, 0)
	}
	p.WriteByte('\n')
	for _, e := range l.Exceptions {
		p.put(dim, l.below, 0)
		p.put(red, "! "+clean(e, 2*longestValue), 0)
		p.WriteByte('\n')
	}
}

// fact is what is said of a span at the end of its line.
type fact struct {
	text string
	bad  bool
}

// statuses are the attributes with a result's code, of which a span has one.
var statuses = []string{"http.response.status_code", "rpc.response.status_code", "rpc.grpc.status_code", "db.response.status_code"}

// shown are the attributes that tell what was asked for; their value says it
// without the key.
var shown = []string{"url.full", "url.path", "db.query.summary", "db.query.text", "messaging.destination.name", "rpc.service"}

// quiet are the attributes, or the beginnings of their names, that say again
// what the line says, or what few want to know.
var quiet = []string{
	"http.", "url.", "network.", "server.", "client.", "user_agent.", "error.type", "rpc.", "db.", "messaging.", "code.", "thread.", "otel.", "peer.",
}

func facts(s *Span) []fact {
	var list []fact
	for _, key := range statuses {
		if v := s.attr(key); v != "" {
			list = append(list, fact{clean(v, longestValue), s.Error || len(v) == 3 && v[0] >= '4'})
			break
		}
	}
	if v := s.attr("error.type"); v != "" && (len(list) == 0 || list[0].text != v) {
		list = append(list, fact{clean(v, longestValue), true})
	}
	if s.Error && len(list) == 0 {
		list = append(list, fact{"error", true})
	}
	if s.Message != "" {
		list = append(list, fact{clean(s.Message, longestValue), s.Error})
	}
	for _, key := range shown {
		if v := s.attr(key); v != "" {
			if !strings.HasSuffix(s.Name, " "+v) {
				list = append(list, fact{text: clean(v, longestValue)})
			}
			break
		}
	}
	return append(list, others(s)...)
}

func others(s *Span) []fact {
	var list []fact
	for _, a := range s.Attrs {
		if slices.ContainsFunc(quiet, func(prefix string) bool { return strings.HasPrefix(a.Key, prefix) }) {
			continue
		}
		if len(list) == mostAttrs {
			return append(list, fact{text: "…"})
		}
		list = append(list, fact{text: clean(a.Key, longestValue) + "=" + clean(a.Value, longestValue)})
	}
	return list
}

// clean returns s fit for one line of a terminal: no controls, which could move
// the cursor or worse, and at most n characters.
func clean(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) && r != ' ' {
			return '·'
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// Duration is d with three digits or so, in the unit that fits.
func Duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// Split sorts spans into their traces, the earliest first.
func Split(spans []Span) [][]Span {
	byID := map[string][]Span{}
	for _, s := range spans {
		byID[s.TraceID] = append(byID[s.TraceID], s)
	}
	var list [][]Span
	for _, trace := range byID {
		list = append(list, trace)
	}
	slices.SortFunc(list, func(a, b []Span) int {
		if c := a[0].Start.Compare(b[0].Start); c != 0 {
			return c
		}
		return cmp.Compare(a[0].TraceID, b[0].TraceID)
	})
	return list
}
