package tracing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	rtrace "runtime/trace"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/otlp/otlptrace"
	"otel.tool/runtime/internal/wire"
)

// sink keeps what it takes.
type sink struct {
	spans [][]byte
	from  []*otlptrace.Source
	full  bool
}

func (s *sink) Room() bool { return !s.full }

func (s *sink) Take(from *otlptrace.Source, span []byte) {
	s.spans, s.from = append(s.spans, bytes.Clone(span)), append(s.from, from)
}

// recorder is a processor that encodes what the SDK hands it.
type recorder struct{ spans [][]byte }

func (r *recorder) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (r *recorder) Shutdown(context.Context) error                  { return nil }
func (r *recorder) ForceFlush(context.Context) error                { return nil }
func (r *recorder) OnEnd(s sdktrace.ReadOnlySpan) {
	if !s.SpanContext().IsSampled() {
		return
	}
	var w wire.Writer
	span := otlptrace.Of(s)
	span.Append(&w)
	r.spans = append(r.spans, w.B)
}

var someResource = resource.NewSchemaless(attribute.String("service.name", "test"))

func unlimited() sdktrace.SpanLimits { return all(-1) }

func all(n int) sdktrace.SpanLimits {
	return sdktrace.SpanLimits{AttributeValueLengthLimit: length(n), AttributeCountLimit: n, EventCountLimit: n, LinkCountLimit: n, AttributePerEventCountLimit: n, AttributePerLinkCountLimit: n}
}

// pair is the SDK and ours, set up in the same way.
type pair struct {
	t       testing.TB
	theirs  trace.Tracer
	ours    trace.Tracer
	encoded recorder
	sink    sink
}

func newPair(t testing.TB, limits sdktrace.SpanLimits, sampler sdktrace.Sampler) *pair {
	p := &pair{t: t}
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(&p.encoded), sdktrace.WithRawSpanLimits(limits), sdktrace.WithSampler(sampler), sdktrace.WithResource(someResource))
	provider := &Provider{Resource: someResource, Limits: limits, Sampler: sampler, Knows: KnownOf(sampler), Sinks: []Sink{&p.sink}, Own: tp}
	p.theirs = tp.Tracer("scope", trace.WithInstrumentationVersion("1"))
	p.ours = provider.Tracer("scope", trace.WithInstrumentationVersion("1"))
	return p
}

// do has both do the same, and compares what they export. Ids are taken out: where they are, and
// that they are the same, is compared.
func (p *pair) do(name string, f func(trace.Tracer)) {
	p.t.Helper()
	p.encoded.spans, p.sink.spans = nil, nil
	f(p.theirs)
	f(p.ours)
	theirs, ours := readable(p.t, p.encoded.spans), readable(p.t, p.sink.spans)
	if theirs != ours {
		p.t.Errorf("%s: the SDK exports\n%s\nwe export\n%s", name, theirs, ours)
	}
}

// readable shows spans field by field, with ids by the order in which they come.
func readable(t testing.TB, spans [][]byte) string {
	var b strings.Builder
	ids := map[string]int{}
	for _, span := range spans {
		r := wire.Reader{B: span}
		if !r.Next() || r.Field != 2 {
			t.Fatal("no span")
		}
		show(&b, r.Bytes(), "span", ids)
	}
	return b.String()
}

func show(b *strings.Builder, msg []byte, in string, ids map[string]int) {
	r := wire.Reader{B: msg}
	for r.Next() {
		id := in == "span" && (r.Field == 1 || r.Field == 2 || r.Field == 4) || in == "link" && r.Field <= 2
		switch {
		case id:
			n, ok := ids[string(r.Bytes())]
			if !ok {
				n = len(ids)
				ids[string(r.Bytes())] = n
			}
			fmt.Fprintf(b, "%s.%d: id %d of %d bytes\n", in, r.Field, n, len(r.Bytes()))
		case in == "span" && r.Field == 11:
			show(b, r.Bytes(), "event", ids)
		case in == "span" && r.Field == 13:
			show(b, r.Bytes(), "link", ids)
		case in == "event" && r.Field == 1 && r.Uint() > uint64(at.Add(time.Hour).UnixNano()):
			fmt.Fprintf(b, "event.1: now\n")
		default:
			fmt.Fprintf(b, "%s.%d: %d %q\n", in, r.Field, r.Uint(), r.Bytes())
		}
	}
}

// length is a limit to the length of texts for which the SDK and we are to do the same; else none.
// At 0, it does not cut a single byte that is no character; before v1.32 it counts bytes.
func length(n int) int {
	if n == 0 || !countsCharacters() {
		return -1
	}
	return n
}

var countsCharacters = sync.OnceValue(func() bool {
	var r recorder
	limits := sdktrace.NewSpanLimits()
	limits.AttributeValueLengthLimit = 3
	tp := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(&r), sdktrace.WithRawSpanLimits(limits))
	_, s := tp.Tracer("").Start(context.Background(), "")
	s.SetAttributes(attribute.String("k", "ü\xffaaaa"))
	s.End()
	return bytes.Contains(r.spans[0], []byte("üaa"))
})

// addLink adds a link, if the API has that: it came with v1.27.
func addLink(s trace.Span, link trace.Link) {
	if _, ok := reflect.TypeFor[trace.Span]().MethodByName("AddLink"); ok {
		s.(interface{ AddLink(trace.Link) }).AddLink(link)
	}
}

type failure struct{ text string }

func (f failure) Error() string { return f.text }

var at = time.Unix(1700000000, 123)

func atTime(n int) trace.SpanEventOption { return trace.WithTimestamp(at.Add(time.Duration(n))) }

// All that the API can do, one by one.
func TestAsTheSDK(t *testing.T) {
	state, _ := trace.ParseTraceState("vendor=1,other=2")
	remote := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, TraceState: state, Remote: true})
	unsampled := remote.WithTraceFlags(0)
	local := remote.WithRemote(false)
	within := func(sc trace.SpanContext) context.Context {
		return trace.ContextWithSpanContext(context.Background(), sc)
	}
	cases := []struct {
		name string
		do   func(tr trace.Tracer, start func(...trace.SpanStartOption) trace.Span)
	}{
		{"nothing", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) { start() }},
		{"attributes of all types", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			s := start(trace.WithAttributes(attribute.String("a", "x"), attribute.Int("b", -1)), trace.WithAttributes(attribute.Bool("c", true)))
			s.SetAttributes(attribute.Float64("d", 1.5), attribute.StringSlice("e", []string{"1", "\xff2"}), attribute.IntSlice("f", []int{3}), attribute.BoolSlice("g", []bool{true}), attribute.Float64Slice("h", []float64{1}))
		}},
		{"the last of a key counts", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			s := start(trace.WithAttributes(attribute.String("a", "1"), attribute.String("b", "1"), attribute.String("a", "2")))
			s.SetAttributes(attribute.Int("b", 3), attribute.Int("c", 4), attribute.Int("d", 4), attribute.Int("e", 4), attribute.String("a", "5"))
		}},
		{"invalid attributes", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			start(trace.WithAttributes(attribute.KeyValue{}, attribute.String("", "x"))).SetAttributes(attribute.KeyValue{Key: "k"})
		}},
		{"long texts", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			start().SetAttributes(attribute.String("a", "grün ist 世界"), attribute.String("b", "\xff\xfe gr\xffün ist 世界"), attribute.StringSlice("c", []string{"abcdefgh", "x", "\xffabcdef"}), attribute.String("d", "abc\xff"), attribute.String("e", "abcd\xff\xff\xff"))
		}},
		{"events", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			s := start()
			for i := range 4 {
				s.AddEvent(fmt.Sprint("event ", i), atTime(i), trace.WithAttributes(attribute.Int("a", 1), attribute.Int("b", 2), attribute.Int("c", 3), attribute.Int("a", 4)))
			}
		}},
		{"links", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			s := start(trace.WithLinks(trace.Link{SpanContext: remote, Attributes: []attribute.KeyValue{attribute.Int("a", 1), attribute.Int("b", 2), attribute.Int("c", 3)}}, trace.Link{}))
			addLink(s, trace.Link{SpanContext: local})
			addLink(s, trace.Link{Attributes: []attribute.KeyValue{attribute.Int("a", 1)}})
			addLink(s, trace.Link{SpanContext: unsampled})
		}},
		{"errors", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			s := start()
			s.RecordError(nil)
			s.RecordError(errors.New("broken"), atTime(1))
			s.RecordError(failure{"worse"}, atTime(2), trace.WithAttributes(attribute.Int("a", 1)))
		}},
		{"status: ok stays", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			s := start()
			s.SetStatus(codes.Ok, "not told")
			s.SetStatus(codes.Error, "late")
		}},
		{"status: error", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			s := start()
			s.SetStatus(codes.Error, "one")
			s.SetStatus(codes.Error, "two")
			s.SetStatus(codes.Unset, "")
		}},
		{"name", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) { start().SetName("other") }},
		{"kinds", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			for kind := trace.SpanKindUnspecified; kind < 8; kind++ {
				start(trace.WithSpanKind(kind)).End(trace.WithTimestamp(at))
			}
		}},
		{"after the end", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			s := start(trace.WithAttributes(attribute.Int("a", 1)))
			s.End(trace.WithTimestamp(at))
			s.SetName("no")
			s.SetAttributes(attribute.Int("a", 2))
			s.AddEvent("no")
			s.RecordError(errors.New("no"))
			s.SetStatus(codes.Error, "no")
			addLink(s, trace.Link{SpanContext: remote})
			s.End()
			if s.IsRecording() || !s.SpanContext().IsValid() || s.TracerProvider() == nil {
				t.Error("an ended span")
			}
		}},
		{"a panic", func(_ trace.Tracer, start func(...trace.SpanStartOption) trace.Span) {
			defer func() {
				if fmt.Sprint(recover()) != "worse" {
					t.Error("the panic does not go on")
				}
			}()
			s := start()
			defer s.SetName("later")
			defer s.End(trace.WithTimestamp(at))
			s.AddEvent("before", atTime(1))
			panic(failure{"worse"})
		}},
		{"parents", func(tr trace.Tracer, _ func(...trace.SpanStartOption) trace.Span) {
			for _, sc := range []trace.SpanContext{remote, unsampled, local, {}, trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}})} {
				for _, root := range [][]trace.SpanStartOption{{trace.WithTimestamp(at)}, {trace.WithTimestamp(at), trace.WithNewRoot()}} {
					ctx, s := tr.Start(within(sc), "outer", root...)
					if !trace.SpanContextFromContext(ctx).Equal(s.SpanContext()) || s.SpanContext().IsRemote() {
						t.Error("not in its context")
					}
					_, inner := tr.Start(ctx, "inner", trace.WithTimestamp(at))
					if inner.SpanContext().SpanID() == s.SpanContext().SpanID() {
						t.Error("the inner one has the id of the outer one")
					}
					inner.End(trace.WithTimestamp(at))
					s.End(trace.WithTimestamp(at))
				}
			}
			//lint:ignore SA1012 programs do
			_, s := tr.Start(nil, "no context", trace.WithTimestamp(at))
			s.End(trace.WithTimestamp(at))
		}},
	}
	limits := map[string]func(*sdktrace.SpanLimits){
		"no limits": func(*sdktrace.SpanLimits) {},
		"one":       func(l *sdktrace.SpanLimits) { *l = all(1) },
		"three":     func(l *sdktrace.SpanLimits) { *l = all(3) },
		"nothing":   func(l *sdktrace.SpanLimits) { *l = sdktrace.SpanLimits{} },
	}
	for limited, limit := range limits {
		l := unlimited()
		limit(&l)
		for _, sampler := range []sdktrace.Sampler{sdktrace.AlwaysSample(), sdktrace.NeverSample(), sdktrace.ParentBased(sdktrace.AlwaysSample()), named{}} {
			p := newPair(t, l, sampler)
			for _, tt := range cases {
				p.do(fmt.Sprintf("%s, %s, %s", tt.name, limited, sampler.Description()), func(tr trace.Tracer) {
					var spans []trace.Span
					tt.do(tr, func(options ...trace.SpanStartOption) trace.Span {
						_, s := tr.Start(within(local), "name", append(options, trace.WithTimestamp(at))...)
						spans = append(spans, s)
						return s
					})
					for _, s := range spans {
						s.End(trace.WithTimestamp(at.Add(time.Second)))
					}
				})
			}
		}
	}
}

// named is a sampler that decides by names, adds attributes and changes the trace state.
type named struct{}

func (named) Description() string { return "by names" }

func (named) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	state, _ := trace.ParseTraceState("s=1")
	decision := sdktrace.RecordAndSample
	if p.Name == "inner" {
		decision = sdktrace.RecordOnly
	}
	return sdktrace.SamplingResult{Decision: decision, Attributes: []attribute.KeyValue{attribute.Int("sampled", len(p.Attributes)), attribute.Int("a", 0)}, Tracestate: state}
}

// Any calls, in any order, within any limits.
func TestAsTheSDKAtRandom(t *testing.T) {
	for seed := range uint64(2000) {
		any := rand.New(rand.NewPCG(seed, 0))
		limit := func() int { return any.IntN(7) - 1 }
		p := newPair(t, sdktrace.SpanLimits{
			AttributeValueLengthLimit: length(limit()), AttributeCountLimit: limit(), EventCountLimit: limit(), LinkCountLimit: limit(),
			AttributePerEventCountLimit: limit(), AttributePerLinkCountLimit: limit(),
		}, sdktrace.AlwaysSample())
		p.do(fmt.Sprint("seed ", seed), func(tr trace.Tracer) {
			r := rand.New(rand.NewPCG(seed, 1))
			_, s := tr.Start(context.Background(), "name", trace.WithTimestamp(at), trace.WithAttributes(someAttributes(r)...))
			for range r.IntN(10) {
				someCall(r, s)
			}
			s.End(trace.WithTimestamp(at))
		})
		if t.Failed() {
			return
		}
	}
}

func someAttributes(r *rand.Rand) (attrs []attribute.KeyValue) {
	for range r.IntN(6) {
		key := string(rune('a' + r.IntN(8)))
		switch r.IntN(4) {
		case 0:
			attrs = append(attrs, attribute.Int(key, r.IntN(1000)))
		case 1:
			attrs = append(attrs, attribute.StringSlice(key, []string{someText(r), someText(r)}))
		case 2:
			attrs = append(attrs, attribute.KeyValue{Key: attribute.Key(key)})
		default:
			attrs = append(attrs, attribute.String(key, someText(r)))
		}
	}
	return attrs
}

func someText(r *rand.Rand) string {
	parts := []string{"a", "\xff", "ü", "世", "\xe4\xb8", ""} // of U+FFFD the SDK does not count all
	var b strings.Builder
	for range r.IntN(8) {
		b.WriteString(parts[r.IntN(len(parts))])
	}
	return b.String()
}

func someCall(r *rand.Rand, s trace.Span) {
	switch r.IntN(6) {
	case 0:
		s.AddEvent("event", atTime(0), trace.WithAttributes(someAttributes(r)...))
	case 1:
		addLink(s, trace.Link{SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{byte(r.IntN(3))}}), Attributes: someAttributes(r)})
	case 2:
		s.SetStatus(codes.Code(r.IntN(3)), someText(r))
	case 3:
		s.RecordError(failure{someText(r)}, atTime(0))
	default:
		s.SetAttributes(someAttributes(r)...)
	}
}

// What is told of a span, and the tasks of execution traces.
func TestTold(t *testing.T) {
	p := newPair(t, unlimited(), sdktrace.AlwaysSample())
	var b bytes.Buffer
	if err := rtrace.Start(&b); err != nil {
		t.Skip(err)
	}
	ctx, s := p.ours.Start(context.Background(), "task of a span", trace.WithTimestamp(at), trace.WithSpanKind(trace.SpanKindClient))
	if trace.SpanFromContext(ctx) != s {
		t.Error("not in its context")
	}
	_, inner := p.ours.Start(ctx, "inner")
	type told interface {
		Name() string
		Parent() trace.SpanContext
		SpanKind() trace.SpanKind
		StartTime() time.Time
		EndTime() time.Time
		Attributes() []attribute.KeyValue
	}
	of := s.(told)
	s.SetAttributes(attribute.Int("a", 1))
	if of.Name() != "task of a span" || of.Parent().IsValid() || of.SpanKind() != trace.SpanKindClient || !of.StartTime().Equal(at) || !of.EndTime().IsZero() || len(of.Attributes()) != 1 {
		t.Errorf("%+v", of)
	}
	if !inner.(told).Parent().Equal(s.SpanContext()) {
		t.Error("parent")
	}
	inner.End()
	s.End(trace.WithTimestamp(at.Add(1)))
	rtrace.Stop()
	if of.Name() != "task of a span" || !of.EndTime().Equal(at.Add(1)) {
		t.Error(of.Name(), of.EndTime())
	}
	if !bytes.Contains(b.Bytes(), []byte("task of a span")) {
		t.Error("no task")
	}
}

// What is left out by what is known at the end is not exported, and can be told from its span.
func TestLeftOut(t *testing.T) {
	p := newPair(t, unlimited(), sdktrace.AlwaysSample())
	p.ours.(*tracer).provider.LeftOut = func(kind trace.SpanKind, attrs []attribute.KeyValue) bool {
		return kind == trace.SpanKindServer && len(attrs) == 1
	}
	for _, kind := range []trace.SpanKind{trace.SpanKindServer, trace.SpanKindClient} {
		_, s := p.ours.Start(context.Background(), "x", trace.WithSpanKind(kind))
		s.SetAttributes(attribute.String("http.route", "/health"))
		s.End()
		if n := len(s.(*span).Attributes()); (n == 1) != (kind == trace.SpanKindServer) {
			t.Errorf("%v: %d attributes", kind, n)
		}
	}
	if len(p.sink.spans) != 1 {
		t.Errorf("%d exported", len(p.sink.spans))
	}
}

// described counts how often it is asked.
type described struct{ asked int }

func (d *described) Describe() []attribute.KeyValue {
	d.asked++
	return []attribute.KeyValue{attribute.Int("a", 1)}
}

// none is the span of a context that holds none.
var none = trace.SpanFromContext(context.Background())

// Begin asks for attributes where there is a use for them, and a span that is not recorded is
// the one above where nobody can tell.
func TestBegin(t *testing.T) {
	for _, tt := range []struct {
		sampler      sdktrace.Sampler
		asks         bool
		asked, spans int
		reused       bool
	}{
		{sdktrace.AlwaysSample(), false, 2, 2, false},
		{sdktrace.NeverSample(), false, 0, 0, true},
		{sdktrace.NeverSample(), true, 2, 0, false},
	} {
		p := newPair(t, unlimited(), tt.sampler)
		provider := p.ours.(*tracer).provider
		if provider.Asks = tt.asks; tt.asks {
			provider.Knows = Knows{}
		}
		d := new(described)
		ctx, outer := p.ours.(hook.Beginner).Begin(context.Background(), none, "outer", trace.SpanKindServer, d)
		within, inner := p.ours.(hook.Beginner).Begin(ctx, outer, "inner", trace.SpanKindClient, d)
		if reused := within == ctx && inner == outer; reused != tt.reused {
			t.Errorf("%+v: reused %v", tt, reused)
		}
		inner.End()
		outer.End()
		if d.asked != tt.asked || len(p.sink.spans) != tt.spans {
			t.Errorf("%+v: asked %d times, %d spans", tt, d.asked, len(p.sink.spans))
		}
	}
}

// A span that nobody has room for is not encoded, and another sink gets it.
func TestRoom(t *testing.T) {
	p := newPair(t, unlimited(), sdktrace.AlwaysSample())
	other := new(sink)
	p.sink.full = true
	provider := p.ours.(*tracer).provider
	provider.Sinks = append(provider.Sinks, other)
	_, s := p.ours.Start(context.Background(), "x")
	s.End()
	if len(p.sink.spans) != 0 || len(other.spans) != 1 || *other.from[0] != (otlptrace.Source{Resource: someResource, Scope: p.ours.(*tracer).source.Scope}) {
		t.Errorf("%d and %d spans", len(p.sink.spans), len(other.spans))
	}
}

// Spans of several goroutines at once do not meet, though what they are gathered in is used again.
func TestConcurrent(t *testing.T) {
	p := newPair(t, unlimited(), sdktrace.AlwaysSample())
	p.ours.(*tracer).provider.Sinks = nil
	done := make(chan bool)
	for g := range 8 {
		go func() {
			defer func() { done <- true }()
			var before *span
			for i := range 500 {
				_, s := p.ours.Start(context.Background(), "x", trace.WithAttributes(attribute.Int("g", g)))
				if before != nil {
					before.SetAttributes(attribute.Int("late", 1)) // it has ended
					before.SetName("late")
				}
				s.SetAttributes(attribute.Int("i", i))
				before = s.(*span)
				if got := before.Attributes(); len(got) != 2 || got[0].Value.AsInt64() != int64(g) || got[1].Value.AsInt64() != int64(i) || before.Name() != "x" {
					t.Errorf("%v %s", got, before.Name())
				}
				s.End()
			}
		}()
	}
	for range 8 {
		<-done
	}
}

// A recorded span is one allocation, one that is not another, and one below such a span none.
func TestAllocations(t *testing.T) {
	var attrs hook.Described = hook.Attributes{attribute.String("a", "x"), attribute.Int("b", 1)}
	for _, tt := range []struct {
		name    string
		sampler sdktrace.Sampler
		ctx     context.Context
		want    float64
	}{
		{"recorded", sdktrace.AlwaysSample(), context.Background(), 1},
		{"not recorded", sdktrace.NeverSample(), context.Background(), 1},
	} {
		p := newPair(t, unlimited(), tt.sampler)
		p.ours.(*tracer).provider.Sinks = nil
		tr := p.ours.(hook.Beginner)
		if n := testing.AllocsPerRun(500, func() {
			_, s := tr.Begin(tt.ctx, trace.SpanFromContext(tt.ctx), "x", trace.SpanKindServer, attrs)
			s.End()
		}); n != tt.want && !raceEnabled {
			t.Errorf("%s: %v allocations, want %v", tt.name, n, tt.want)
		}
		ctx, above := tr.Begin(tt.ctx, trace.SpanFromContext(tt.ctx), "x", trace.SpanKindServer, attrs)
		if n := testing.AllocsPerRun(500, func() {
			_, s := tr.Begin(ctx, above, "x", trace.SpanKindClient, attrs)
			s.End()
		}); n != 0 && tt.name == "not recorded" {
			t.Errorf("below it: %v allocations", n)
		}
	}
}

func BenchmarkSpan(b *testing.B) {
	attrs := make(hook.Attributes, 10)
	for i := range attrs {
		attrs[i] = attribute.String(fmt.Sprint("some.attribute.", i), "some value")
	}
	var described hook.Described = attrs
	for _, sampler := range []sdktrace.Sampler{sdktrace.AlwaysSample(), sdktrace.NeverSample()} {
		p := newPair(b, unlimited(), sampler)
		b.Run("ours/"+sampler.Description(), func(b *testing.B) {
			b.ReportAllocs()
			p.ours.(*tracer).provider.Sinks = []Sink{nowhere{}}
			for range b.N {
				_, s := p.ours.(hook.Beginner).Begin(context.Background(), none, "x", trace.SpanKindServer, described)
				s.End()
			}
		})
		b.Run("SDK/"+sampler.Description(), func(b *testing.B) {
			b.ReportAllocs()
			options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attrs...)}
			for range b.N {
				_, s := p.theirs.Start(context.Background(), "x", options...)
				s.End()
				p.encoded.spans = p.encoded.spans[:0]
			}
		})
	}
}

type nowhere struct{}

func (nowhere) Room() bool                     { return true }
func (nowhere) Take(*otlptrace.Source, []byte) {}

func TestTruncated(t *testing.T) {
	for _, tt := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 0, ""}, {"a", 0, ""}, {"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"üüüü", 3, "üüü"}, {"üüü", 3, "üüü"},
		{"\xff", 0, ""}, {"\xff", 1, "\xff"}, {"a\xffbc\xff", 2, "ab"}, {"\uFFFDabc", 2, "\uFFFDa"},
	} {
		if got := truncated(tt.text, tt.limit); got != tt.want {
			t.Errorf("%q to %d: %q, want %q", tt.text, tt.limit, got, tt.want)
		}
	}
}

// What is known of a sampler is what it says when it is asked.
func TestKnows(t *testing.T) {
	on, off, some := sdktrace.AlwaysSample(), sdktrace.NeverSample(), sdktrace.TraceIDRatioBased(0.25)
	for _, tt := range []struct {
		sampler sdktrace.Sampler
		known   int // of the five spans below
		below   bool
	}{
		{on, 5, false},
		{off, 5, true},
		{some, 0, true},
		{sdktrace.ParentBased(on), 5, true},
		{sdktrace.ParentBased(off), 5, true},
		{sdktrace.ParentBased(some), 4, true},
		{sdktrace.ParentBased(sdktrace.ParentBased(on)), 4, true},
		{sdktrace.ParentBased(on, sdktrace.WithRemoteParentNotSampled(on), sdktrace.WithRemoteParentSampled(off)), 5, true},
		{sdktrace.ParentBased(on, sdktrace.WithLocalParentSampled(some)), 4, true},
		{sdktrace.ParentBased(on, sdktrace.WithLocalParentNotSampled(on)), 5, false},
		{sdktrace.ParentBased(off, sdktrace.WithLocalParentNotSampled(some)), 4, false},
		{someSampler{}, 0, false},
	} {
		known, asked := 0, &Provider{Sampler: tt.sampler}
		k := KnownOf(tt.sampler)
		for i := range 5 {
			config := trace.SpanContextConfig{TraceID: trace.TraceID{15: 7}, SpanID: trace.SpanID{1}, Remote: i&2 != 0}
			if i&1 != 0 {
				config.TraceFlags = trace.FlagsSampled
			}
			if i == 4 {
				config = trace.SpanContextConfig{}
			}
			config.TraceState, _ = trace.ParseTraceState("a=b")
			parent := trace.NewSpanContext(config)
			says := k.of(parent)
			if says == ask {
				continue
			}
			known++
			want, state, attrs := asked.ask(trace.ContextWithSpanContext(t.Context(), parent), parent, trace.TraceID{1}, &begin{name: "x"})
			if says != want || state.String() != parent.TraceState().String() || len(attrs) > 0 {
				t.Errorf("%s, %+v: %d, want %d, %s", tt.sampler.Description(), parent, says, want, state)
			}
		}
		if known != tt.known || k.Below != tt.below {
			t.Errorf("%s: %d known, below %v", tt.sampler.Description(), known, k.Below)
		}
	}
}

// someSampler is one that nobody knows.
type someSampler struct{ sdktrace.Sampler }

func (someSampler) Description() string { return "Some" }
