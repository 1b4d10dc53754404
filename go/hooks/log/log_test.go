package log

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"strings"
	"sync"
	"testing"
	"unsafe" // and for linkname

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"otel.tool/runtime/hook"
)

const ids = "trace_id=0a000000000000000000000000000000 span_id=0a00000000000000"

func on(t testing.TB) {
	hook.Enable(noop.NewTracerProvider(), nil)
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in hooks", n)
		}
	})
}

func enterSpan() hook.Scope {
	return hook.MakeCurrent(&hook.Active{Ctx: trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{10}, SpanID: trace.SpanID{10},
	}))})
}

//go:linkname output log.(*Logger).output
func output(l *log.Logger, pc uintptr, calldepth int, appendOutput func([]byte) []byte) error

// noescapeEnter is the hook as the woven function sees it.
//
//go:noescape
//go:linkname noescapeEnter otel.tool/hooks/log.OutputEnter
func noescapeEnter(l *log.Logger, pc uintptr, calldepth int) (newL *log.Logger, leave func())

// wovenOutput is (*log.Logger).output with the hook.
func wovenOutput(l *log.Logger, pc uintptr, calldepth int, text func([]byte) []byte) error {
	l, leave := OutputEnter(l, pc, calldepth)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return output(l, pc, calldepth+1, text)
}

func wovenPrint(l *log.Logger, s string) error {
	return wovenOutput(l, 0, 2, func(b []byte) []byte { return append(b, s...) })
}

// The ids stand at the end of the line, whatever its flags; all else is as it was.
func TestLines(t *testing.T) {
	on(t)
	defer enterSpan().Leave()
	for _, row := range []struct {
		policy        linePolicy
		prefix        string
		flags         int
		message, want string // plain, and what stands at its end then
	}{
		{timed, "", log.LstdFlags, "m", " " + ids},
		{timed, "p ", log.LstdFlags, "m\n", " " + ids},
		{timed, "p ", log.Ltime | log.Lmsgprefix, "m", " " + ids},
		{timed, "p ", log.Lmicroseconds | log.LUTC | log.Lshortfile, "two\nlines", " " + ids},
		{timed, "", log.Ldate | log.Llongfile | log.Lmsgprefix, "", ids},
		{timed, "", log.LstdFlags, "blank\n\n", "\n" + ids},
		{timed, "", log.LstdFlags, "[level] m", " " + ids},
		{timed, "", log.LstdFlags, `{"json": 1}`, ""},
		{timed, "", log.LstdFlags, " [1, 2]\n", ""},
		{timed, "", 0, "m", ""},
		{timed, "p", log.Lshortfile, "m", ""},
		{always, "p", log.Lshortfile | log.Lmsgprefix, "m", " " + ids},
		{always, "", 0, "{}", " " + ids},
		{always, "", 0, "", ids},
		{never, "", log.LstdFlags, "m", ""},
	} {
		policy = row.policy
		var plain, ours bytes.Buffer
		wovenPrintPlain(log.New(&plain, row.prefix, row.flags), row.message)
		if err := wovenPrint(log.New(&ours, row.prefix, row.flags), row.message); err != nil {
			t.Error(err)
		}
		p, o := untimed(plain.String()), untimed(ours.String())
		want := strings.TrimSuffix(p, "\n") + row.want + "\n"
		if row.want == "" {
			want = p
		}
		if row.message == "blank\n\n" {
			want = strings.TrimSuffix(p, "\n\n") + row.want + "\n"
		}
		if strings.ReplaceAll(o, " "+ids, ids) != strings.ReplaceAll(want, " "+ids, ids) {
			t.Errorf("%+v:\nplain %q\nours  %q\nwant  %q", row, p, o, want)
		}
	}
	policy = timed
}

// wovenPrintPlain has as many frames as wovenPrint, for Lshortfile.
func wovenPrintPlain(l *log.Logger, s string) {
	func() { _ = output(l, 0, 3, func(b []byte) []byte { return append(b, s...) }) }()
}

// untimed takes out what differs from call to call: digits.
func untimed(s string) string {
	head, tail, _ := strings.Cut(s, "trace_id=")
	head = strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return 'N'
		}
		return r
	}, head)
	if tail != "" {
		tail = "trace_id=" + tail
	}
	for strings.Contains(head, "NN") {
		head = strings.ReplaceAll(head, "NN", "N")
	}
	return head + tail
}

// Who is left alone.
func TestLeftAlone(t *testing.T) {
	if !layoutKnown {
		t.Error("a log.Logger is not what we take it for")
	}
	on(t)
	l := log.New(new(bytes.Buffer), "", log.LstdFlags)
	if got, _ := OutputEnter(l, 0, 2); got != l {
		t.Error("outside of spans")
	}
	defer enterSpan().Leave()
	if got, _ := OutputEnter(l, 0, 2); got == l {
		t.Error("inside, nothing is done")
	}
	if got, _ := OutputEnter(l, 7, 0); got != l {
		t.Error("log/slog's default handler, with a position")
	}
	if got, _ := OutputEnter(l, 0, 0); got != l {
		t.Error("log/slog's default handler, without one")
	}
	var onStack log.Logger
	onStack.SetFlags(log.LstdFlags)
	(*logger)(unsafe.Pointer(&onStack)).out = new(bytes.Buffer) // SetOutput would have it escape
	if got, _ := noescapeEnter(&onStack, 0, 2); got != &onStack {
		t.Error("a logger that may be moved")
	}
	for _, w := range []io.Writer{io.Discard, nil} {
		l := log.New(w, "", log.LstdFlags)
		if got, _ := OutputEnter(l, 0, 2); got != l {
			t.Errorf("%T", w)
		}
	}
	hook.Disable()
	if got, _ := OutputEnter(l, 0, 2); got != l {
		t.Error("off")
	}
}

// unsafeWriter finds out if two write at once: run with -race.
type unsafeWriter struct{ lines int }

func (w *unsafeWriter) Write(b []byte) (int, error) {
	w.lines += bytes.Count(b, []byte("\n"))
	return len(b), nil
}

// Lines with and without ids are written one after another.
func TestSerialized(t *testing.T) {
	on(t)
	w := new(unsafeWriter)
	l := log.New(w, "", log.LstdFlags)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if i%2 == 0 {
				defer enterSpan().Leave()
			}
			for range 100 {
				_ = wovenPrint(l, "m")
			}
		}()
	}
	wg.Wait()
	if w.lines != 800 {
		t.Error(w.lines)
	}
}

// A message that logs while it is formatted.
func TestNested(t *testing.T) {
	on(t)
	defer enterSpan().Leave()
	var b bytes.Buffer
	l := log.New(&b, "", log.LstdFlags|log.Lmsgprefix)
	_ = wovenOutput(l, 0, 2, func(buf []byte) []byte {
		_ = wovenPrint(l, "inner")
		return append(buf, "outer"...)
	})
	if got := untimed(b.String()); strings.Count(got, "outer "+ids) != 1 || strings.Count(b.String(), "inner "+ids) != 1 {
		t.Error(b.String())
	}
}

func TestExport(t *testing.T) {
	on(t)
	var got []string
	hook.EnableLogs(func(r *hook.LogRecord) {
		s := fmt.Sprintf("%q %s", r.Body, trace.SpanContextFromContext(r.Context).SpanID())
		for _, a := range r.Attrs {
			if a.Key == "code.function.name" {
				s += " " + a.Value.String()
			}
		}
		got = append(got, s)
	})
	defer hook.EnableLogs(nil)
	l := log.New(new(bytes.Buffer), "p: ", log.Lshortfile)
	printHere := func(s string) { _ = wovenPrint(l, s) }
	printHere("outside")
	func() {
		defer enterSpan().Leave()
		printHere("inside\n")
	}()
	log.New(io.Discard, "", 0).Print("discarded")
	want := []string{`"outside" 0000000000000000 otel.tool/hooks/log.TestExport`, `"inside" 0a00000000000000 otel.tool/hooks/log.TestExport.func3`}
	for i := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], want[i][:len(want[i])-1]) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%q", got)
	}
}

func TestAllocations(t *testing.T) {
	l := log.New(new(unsafeWriter), "prefix ", log.LstdFlags|log.Lmsgprefix)
	print := func() { _ = wovenPrint(l, "m") }
	plain := testing.AllocsPerRun(100, func() { wovenPrintPlain(l, "m") })
	check := func(name string) {
		if n := testing.AllocsPerRun(100, print); n > plain && !raceEnabled {
			t.Errorf("%s: %v allocations, plain %v", name, n, plain)
		}
	}
	check("off")
	on(t)
	check("outside")
	defer enterSpan().Leave()
	check("inside")
}

func TestPolicy(t *testing.T) {
	for s, want := range map[string]linePolicy{"": timed, "auto": timed, "x": timed, "Always": always, "never": never} {
		if got := readPolicy(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	l := log.New(new(unsafeWriter), "", log.LstdFlags)
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			wovenPrintPlain(l, "message")
		}
	})
	woven := func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			_ = wovenPrint(l, "message")
		}
	}
	b.Run("off", woven)
	on(b)
	b.Run("outside", woven)
	defer enterSpan().Leave()
	b.Run("inside", woven)
}
