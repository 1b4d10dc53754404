package hook

import (
	"context"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/gctx"
)

// on turns tracing on for one test.
func on(t testing.TB) *tracetest.SpanRecorder {
	rec := tracetest.NewSpanRecorder()
	tp := sdk.NewTracerProvider(sdk.WithSpanProcessor(rec))
	Enable(tp, propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	t.Cleanup(func() { Disable(); _ = tp.Shutdown(context.Background()) })
	return rec
}

func TestZeroIsOff(t *testing.T) {
	var in Instrumentation
	ctx, span := in.Start(context.Background(), "x")
	if in.On() || span.IsRecording() || ctx != context.Background() {
		t.Error("the zero Instrumentation does something")
	}
	carrier := propagation.MapCarrier{}
	in.Inject(ctx, carrier)
	if in.Extract(ctx, carrier) != ctx || len(carrier) != 0 {
		t.Error("the zero Instrumentation propagates")
	}
}

func TestRegisterBeforeAndAfterEnable(t *testing.T) {
	var before, after Instrumentation
	Register(&before, "before", "scope", "v1")
	rec := on(t)
	Register(&after, "after", "scope", "v1")
	if !before.On() || !after.On() {
		t.Fatal("not on")
	}
	_, span := before.Start(context.Background(), "x")
	span.End()
	if got := rec.Ended()[0].InstrumentationScope(); got.Name != "scope" || got.Version != "v1" {
		t.Errorf("scope %v", got)
	}
	Disable()
	if before.On() || after.On() {
		t.Error("on after Disable")
	}
}

func TestWanted(t *testing.T) {
	tests := []struct {
		key, value string
		name       string
		want       bool
	}{
		{"X", "", "net/http/server", true},
		{"OTEL_INSTRUMENTATION_NET_HTTP_SERVER_ENABLED", "false", "net/http/server", false},
		{"OTEL_INSTRUMENTATION_NET_HTTP_SERVER_ENABLED", "", "net/http/server", true},
		{"OTEL_INSTRUMENTATION_NET_HTTP_SERVER_ENABLED", "false", "net/http/client", true},
		{"OTEL_INSTRUMENTATION_NET_HTTP_ENABLED", "FALSE", "net/http/client", false},
		{"OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED", "false", "net/http/client", false},
		{"OTEL_INSTRUMENTATION_GITHUB_COM_A_B_V2_ENABLED", "false", "github.com/a-b/v2", false},
	}
	for _, tt := range tests {
		t.Run(tt.key+"="+tt.value, func(t *testing.T) {
			t.Setenv(tt.key, tt.value)
			if got := Wanted(tt.name); got != tt.want {
				t.Errorf("%s: %v", tt.name, got)
			}
		})
	}
	t.Setenv("OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED", "false")
	t.Setenv("OTEL_INSTRUMENTATION_NET_HTTP_ENABLED", "true")
	if !Wanted("net/http/server") || Wanted("database/sql") {
		t.Error("the more specific variable does not win")
	}
}

func TestParent(t *testing.T) {
	var in Instrumentation
	Register(&in, "parent", "", "")
	on(t)
	m, _ := baggage.NewMember("k", "v")
	b, _ := baggage.New(m)
	ctx := baggage.ContextWithBaggage(context.Background(), b)
	a, outer := in.Start(ctx, "outer")
	scope := MakeCurrent(&Active{Ctx: a})

	parent := func(s trace.Span) trace.SpanID {
		return s.(interface{ Parent() trace.SpanContext }).Parent().SpanID()
	}
	child, inner := in.Start(context.Background(), "inner")
	if parent(inner) != outer.SpanContext().SpanID() {
		t.Error("the goroutine's span is not the parent")
	}
	if baggage.FromContext(child).Member("k").Value() != "v" {
		t.Error("the baggage did not come along")
	}
	if _, s := in.Start(child, "explicit"); parent(s) != inner.SpanContext().SpanID() {
		t.Error("the explicit context does not win")
	}
	if _, s := in.StartEntry(context.Background(), "entry"); parent(s).IsValid() {
		t.Error("an entry span has the goroutine's as its parent")
	}
	scope.Leave()
	if _, s := in.Start(context.Background(), "late"); parent(s).IsValid() {
		t.Error("an ended scope is a parent")
	}
	//lint:ignore SA1012 programs do pass nil
	if ctx := WithCurrent(nil); ctx == nil {
		t.Error("nil stays nil")
	}
}

// Go 1.27 prints labels in tracebacks: those of the program, not ours.
func TestTracebacksShowNoLabels(t *testing.T) {
	var in Instrumentation
	Register(&in, "tracebacks", "", "")
	on(t)
	ctx, _ := in.Start(context.Background(), "x")
	defer MakeCurrent(&Active{Ctx: ctx}).Leave()
	if head, _, _ := strings.Cut(string(debug.Stack()), "\n"); !strings.HasSuffix(head, "[running]:") {
		t.Error(head)
	}
}

func TestShowInProfiles(t *testing.T) {
	for _, tt := range []struct {
		ours, godebug string
		want          bool
	}{
		{"", "", !tracebacksShowLabels},
		{"true", "", true},
		{"false", "", false},
		{"", "tracebacklabels=0", true},
		{"", "tracebacklabels=1", false},
	} {
		t.Setenv("OTEL_GO_PROFILE_LABELS", tt.ours)
		t.Setenv("GODEBUG", tt.godebug)
		if got := showInProfiles(); got != tt.want {
			t.Errorf("%v: %v", tt, got)
		}
	}
}

func TestSuppress(t *testing.T) {
	ctx := context.Background()
	//lint:ignore SA1012 programs do pass nil
	if Suppressed(ctx) || Suppressed(nil) || !Suppressed(Suppress(ctx)) {
		t.Error("suppression")
	}
}

type router struct{ got []string }

func (r *router) SetRoute(pattern, path string) { r.got = append(r.got, pattern+" "+path) }

func TestSetRoute(t *testing.T) {
	r := &router{}
	SetRoute(context.Background(), "/x", "/x")
	SetRoute(context.WithValue(context.Background(), RouterKey{}, r), "/x/{id}", "/x/1")
	if len(r.got) != 1 || r.got[0] != "/x/{id} /x/1" {
		t.Error(r.got)
	}
}

func TestGuard(t *testing.T) {
	before := Faults()
	func() {
		defer Guard()
		panic("a fault of ours")
	}()
	if Faults() != before+1 {
		t.Error("not counted")
	}
}

// A leave function is deferred by the program's function; its Guard must leave
// the program's panic alone.
func TestGuardLeavesOtherPanics(t *testing.T) {
	before := Faults()
	var inLeave any
	leave := func() {
		defer Guard()
		inLeave, _ = Panic()
		panic("a fault of ours")
	}
	got := func() (v any) {
		defer func() { v = recover() }()
		func() {
			defer leave()
			panic("the program's")
		}()
		return nil
	}()
	if got != "the program's" || Faults() != before+1 {
		t.Errorf("recovered %v", got)
	}
	if panicKnown && inLeave != "the program's" {
		t.Errorf("Panic() = %v", inLeave)
	}
}

func TestConcurrentEnable(t *testing.T) {
	var in Instrumentation
	Register(&in, "concurrent", "", "")
	tp := sdk.NewTracerProvider()
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(2)
		go func() {
			defer wg.Done()
			for i := 0; i < 100; i++ {
				Enable(tp, propagation.TraceContext{})
				Disable()
			}
		}()
		go func() {
			defer wg.Done()
			for i := 0; i < 100; i++ {
				ctx, span := in.Start(context.Background(), "x")
				in.Inject(ctx, propagation.MapCarrier{})
				span.End()
			}
		}()
	}
	wg.Wait()
}

func TestOffAllocatesNothing(t *testing.T) {
	var in Instrumentation
	ctx := context.Background()
	if n := testing.AllocsPerRun(100, func() {
		if in.On() {
			t.Error("on")
		}
		in.Start(ctx, "x")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

var sink bool

func BenchmarkOff(b *testing.B) {
	var in Instrumentation
	for i := 0; i < b.N; i++ {
		sink = in.On()
	}
}

func BenchmarkWithCurrentNone(b *testing.B) {
	ctx := context.Background()
	for i := 0; i < b.N; i++ {
		WithCurrent(ctx)
	}
}

// An own extension has attributes added to the spans of instrumentations that are recorded.
func TestOnStart(t *testing.T) {
	var in Instrumentation
	Register(&in, "starting", "scope", "v1")
	rec := on(t)
	t.Cleanup(func() { onStart.Store(nil) })
	var asked []string
	OnStart(func(scope, name string, kind trace.SpanKind) []attribute.KeyValue {
		asked = append(asked, scope+" "+name+" "+kind.String())
		return []attribute.KeyValue{attribute.String("a", "first"), attribute.String("b", "first")}
	})
	OnStart(func(string, string, trace.SpanKind) []attribute.KeyValue {
		return []attribute.KeyValue{attribute.String("b", "second")}
	})
	_, span := in.Start(context.Background(), "one", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.String("a", "hook")))
	span.End()
	Enable(sdk.NewTracerProvider(sdk.WithSampler(sdk.NeverSample())), nil)
	in.Start(context.Background(), "two")
	if got := strings.Join(asked, ", "); got != "scope one client" {
		t.Errorf("asked about %s", got)
	}
	set := attribute.NewSet(rec.Ended()[0].Attributes()...)
	if got := set.Encoded(attribute.DefaultEncoder()); got != "a=first,b=second" {
		t.Errorf("attributes %s", got)
	}
	// A span that tells nothing of itself has the kind that it was asked for.
	if k := kindOf(trace.SpanFromContext(context.Background()), []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer)}); k != trace.SpanKindServer {
		t.Errorf("kind %v", k)
	}
}

// Profiles name spans that somebody can find by their ids.
func TestProfilesNameSampledSpans(t *testing.T) {
	gctx.ShowInProfiles(true)
	defer gctx.ShowInProfiles(false)
	for _, flags := range []trace.TraceFlags{0, trace.FlagsSampled} {
		sc := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{0xab}, SpanID: trace.SpanID{0xcd}, TraceFlags: flags})
		s := MakeCurrent(&Active{Ctx: trace.ContextWithSpanContext(context.Background(), sc)})
		var b strings.Builder
		err := pprof.Lookup("goroutine").WriteTo(&b, 1)
		s.Leave()
		if named := strings.Contains(b.String(), sc.TraceID().String()); err != nil || named != sc.IsSampled() {
			t.Errorf("flags %v: named %v, %v", flags, named, err)
		}
	}
}
