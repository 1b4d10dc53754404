package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/hooktest"
)

var bg = context.Background()

const (
	keySystem        = attribute.Key("db.system.name")
	keyNamespace     = attribute.Key("db.namespace")
	keyOperation     = attribute.Key("db.operation.name")
	keyServerAddress = attribute.Key("server.address")
	keyServerPort    = attribute.Key("server.port")
)

var server = &redis.Options{Addr: "redis.example:6380", DB: 3}

// answer is an error as the server gives it.
type answer string

func (e answer) Error() string { return string(e) }
func (answer) RedisError()     {}

// woven does as the woven process does.
func woven(ctx context.Context, c any, cmd redis.Cmder, do func(context.Context) error) error {
	ctx, leave, after := ProcessEnter(c, ctx, cmd)
	for ; leave != nil; leave = nil {
		defer leave()
	}
	return after(do(ctx))
}

func returns(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

func record(t testing.TB) *tracetest.SpanRecorder {
	rec := tracetest.NewSpanRecorder()
	hook.Enable(sdk.NewTracerProvider(sdk.WithSpanProcessor(rec)), propagation.TraceContext{})
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in hooks", n)
		}
	})
	return rec
}

// show writes spans as "NAME key=value … status", without what they all have.
func show(rec *tracetest.SpanRecorder) string {
	var lines []string
	for _, s := range rec.Ended() {
		var attrs []string
		set := attribute.NewSet(s.Attributes()...)
		for _, kv := range set.ToSlice() {
			switch kv.Key {
			case keySystem, keyServerAddress, keyServerPort, keyNamespace:
			default:
				attrs = append(attrs, fmt.Sprintf(" %s=%s", strings.TrimPrefix(string(kv.Key), "db."), kv.Value.Emit()))
			}
		}
		slices.Sort(attrs)
		line := s.Name() + strings.Join(attrs, "")
		if s.Status().Code != 0 {
			line += fmt.Sprintf(" %s(%s)", s.Status().Code, s.Status().Description)
		}
		lines = append(lines, line)
	}
	rec.Reset()
	return strings.Join(lines, "\n")
}

func TestCommand(t *testing.T) {
	rec := record(t)
	for _, row := range []struct {
		args []any
		err  error
		want string
	}{
		{[]any{"set", "k", "S3CR3T"}, nil, "SET operation.name=SET"},
		{[]any{"GET", "k"}, redis.Nil, "GET operation.name=GET"},
		{[]any{"ft.search", "k"}, nil, "FT.SEARCH operation.name=FT.SEARCH"},
		{[]any{"S3CR3T S3CR3T"}, answer("ERR unknown command 'S3CR3T S3CR3T'"), "redis error.type=ERR response.status_code=ERR Error()"},
		{[]any{"get", "k"}, answer("WRONGTYPE S3CR3T"), "GET error.type=WRONGTYPE operation.name=GET response.status_code=WRONGTYPE Error()"},
		{[]any{"get", "k"}, fmt.Errorf("S3CR3T: %w", context.Canceled), "GET error.type=context.Canceled operation.name=GET Error(context canceled)"},
		{[]any{"exec"}, redis.TxFailedErr, "EXEC error.type=redis.TxFailedErr operation.name=EXEC Error(redis: transaction failed)"},
		{[]any{"get", "k"}, io.EOF, "GET error.type=io.EOF operation.name=GET Error(EOF)"},
		{[]any{"get", "k"}, errors.New("S3CR3T"), "GET error.type=*errors.errorString operation.name=GET Error()"},
	} {
		if err := woven(bg, server, redis.NewCmd(bg, row.args...), returns(row.err)); err != row.err {
			t.Errorf("%v: the error became %v", row.args, err)
		}
		if got := show(rec); got != row.want {
			t.Errorf("%v: %s\nwant %s", row.args, got, row.want)
		}
	}
}

// renamed is a command of the program's own, which is asked for its name.
type renamed struct {
	redis.Cmder
	name string
}

func (c *renamed) Name() string { return c.name }

// TestNames: a command is not taken for another that was met before.
func TestNames(t *testing.T) {
	rec := record(t)
	get := redis.NewStringCmd(bg, "get", "k")
	other := &redis.Options{Addr: "other.example:6379"}
	for range 2 {
		for _, row := range []struct {
			opt  *redis.Options
			cmd  redis.Cmder
			want string
		}{
			{server, get, "GET operation.name=GET"},
			{server, redis.NewStringCmd(bg, "GET", "k"), "GET operation.name=GET"},
			{server, redis.NewStringCmd(bg, "gey", "k"), "GEY operation.name=GEY"},
			{server, redis.NewCmd(bg, "get", "k"), "GET operation.name=GET"},
			{server, &renamed{get, "one"}, "ONE operation.name=ONE"},
			{server, &renamed{get, "two"}, "TWO operation.name=TWO"},
			{server, redis.NewCmd(bg, 7), "7 operation.name=7"},
			{server, redis.NewCmd(bg), "redis"},
			{other, get, "GET operation.name=GET"},
		} {
			_ = woven(bg, row.opt, row.cmd, returns(nil))
			set := attribute.NewSet(rec.Ended()[0].Attributes()...)
			address, _ := set.Value(keyServerAddress)
			if got := show(rec); got != row.want || !strings.HasPrefix(row.opt.Addr, address.AsString()+":") {
				t.Errorf("%v: %s at %s\nwant %s", row.cmd.Args(), got, address.AsString(), row.want)
			}
		}
	}
}

func TestPlace(t *testing.T) {
	rec := record(t)
	_ = woven(bg, server, redis.NewCmd(bg, "get"), returns(nil))
	s := rec.Ended()[0]
	want := attribute.NewSet(keySystem.String("redis"), keyOperation.String("GET"), keyNamespace.String("3"), keyServerAddress.String("redis.example"), keyServerPort.Int(6380))
	if got := attribute.NewSet(s.Attributes()...); !got.Equals(&want) || s.SpanKind() != trace.SpanKindClient {
		t.Errorf("%s %v", s.SpanKind(), s.Attributes())
	}
}

func TestPipeline(t *testing.T) {
	rec := record(t)
	cmd := func(name string, err error) redis.Cmder {
		c := redis.NewCmd(bg, name, "S3CR3T")
		c.SetErr(err)
		return c
	}
	for _, row := range []struct {
		tx   bool
		cmds []redis.Cmder
		want string
	}{
		{false, []redis.Cmder{cmd("get", nil), cmd("set", nil)}, "PIPELINE operation.batch.size=2 operation.name=PIPELINE"},
		{false, []redis.Cmder{cmd("get", redis.Nil), cmd("get", nil)}, "PIPELINE GET operation.batch.size=2 operation.name=PIPELINE GET"},
		{false, []redis.Cmder{cmd("get", redis.Nil), cmd("get", answer("WRONGTYPE x"))}, "PIPELINE GET error.type=WRONGTYPE operation.batch.size=2 operation.name=PIPELINE GET response.status_code=WRONGTYPE Error()"},
		{false, []redis.Cmder{cmd("get", nil)}, "GET operation.name=GET"},
		{true, []redis.Cmder{cmd("multi", nil), cmd("get", nil), cmd("set", nil), cmd("exec", nil)}, "MULTI operation.batch.size=2 operation.name=MULTI"},
		{true, []redis.Cmder{cmd("multi", nil), cmd("set", nil), cmd("exec", nil)}, "MULTI SET operation.name=MULTI SET"},
	} {
		enter := PipelineEnter
		if row.tx {
			enter = TxPipelineEnter
		}
		var err error
		for _, c := range row.cmds {
			if err == nil {
				err = c.Err()
			}
		}
		_, leave, after := enter(server, bg, row.cmds)
		_ = after(err)
		leave()
		if got := show(rec); got != row.want {
			t.Errorf("%s\nwant %s", got, row.want)
		}
	}
}

// TestRoute: what a cluster asks its nodes has no spans, and tells the server.
func TestRoute(t *testing.T) {
	rec := record(t)
	cmd := redis.NewCmd(bg, "get")
	ctx, leave, after := RouteEnter(bg, cmd)
	_ = woven(ctx, server, cmd, returns(answer("MOVED 1 x")))
	_ = woven(ctx, server, cmd, returns(nil))
	_ = after(nil)
	leave()
	spans := rec.Ended()
	if len(spans) != 1 {
		t.Fatalf("%d spans", len(spans))
	}
	set := attribute.NewSet(spans[0].Attributes()...)
	if v, _ := set.Value(keyServerAddress); v.AsString() != "redis.example" {
		t.Errorf("%v", spans[0].Attributes())
	}
}

// TestRing: the shards' pipelines are parts of the ring's.
func TestRing(t *testing.T) {
	rec := record(t)
	cmds := []redis.Cmder{redis.NewCmd(bg, "get"), redis.NewCmd(bg, "get"), redis.NewCmd(bg, "get")}
	part := func() {
		_, leave, after := PipelineEnter(server, bg, cmds[1:])
		_ = after(nil)
		if leave != nil {
			leave()
		}
	}
	leave, after := RingPipelineEnter(bg, cmds, false)
	part()
	_ = after(nil)
	leave()
	part()
	if got := show(rec); got != "PIPELINE GET operation.batch.size=3 operation.name=PIPELINE GET\nPIPELINE GET operation.batch.size=2 operation.name=PIPELINE GET" {
		t.Errorf("spans: %s", got)
	}
}

// TestTheirs: within a span of redisotel's, and what go-redis does on its own.
func TestTheirs(t *testing.T) {
	rec := record(t)
	tp := sdk.NewTracerProvider()
	ctx, span := tp.Tracer("github.com/redis/go-redis/extra/redisotel").Start(bg, "get", trace.WithSpanKind(trace.SpanKindClient))
	_ = woven(ctx, server, redis.NewCmd(bg, "get"), returns(nil))
	span.End()
	_ = woven(OwnEnter(bg), server, redis.NewCmd(bg, "hello"), returns(nil))
	if got := show(rec); got != "" {
		t.Errorf("spans: %s", got)
	}
	_ = woven(ctx, server, redis.NewCmd(bg, "get"), returns(nil)) // theirs has ended
	if got := show(rec); got != "GET operation.name=GET" {
		t.Errorf("spans: %s", got)
	}
}

func TestPanic(t *testing.T) {
	rec := record(t)
	func() {
		defer func() {
			if r := recover(); r != "theirs" {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = woven(bg, server, redis.NewCmd(bg, "get"), func(context.Context) error { panic("theirs") })
	}()
	if got := show(rec); !strings.HasPrefix(got, "GET error.type=string") {
		t.Errorf("spans: %s", got)
	}
}

// Of a command whose span is not recorded there is nothing to do when it panics.
func TestUnrecorded(t *testing.T) {
	hooktest.Mode{Sampler: sdk.NeverSample(), Metrics: true}.Run(t)
	faults := hook.Faults()
	get := redis.NewCmd(bg, "get")
	for range 3 {
		func() {
			defer func() {
				if r := recover(); r != "theirs" {
					t.Errorf("recovered %v", r)
				}
			}()
			_ = woven(bg, server, get, func(context.Context) error { panic("theirs") })
		}()
		if err := woven(bg, server, get, returns(io.EOF)); err != io.EOF {
			t.Error(err)
		}
		_, one, afterOne := PipelineEnter(server, bg, []redis.Cmder{get, get})
		_, two, afterTwo := RouteEnter(bg, get)
		if one != nil || two != nil {
			t.Error("something is deferred")
		}
		if err := afterOne(io.EOF); err != io.EOF || afterTwo(nil) != nil {
			t.Error(err)
		}
	}
	if n := hook.Faults() - faults; n != 0 {
		t.Errorf("%d panics in hooks", n)
	}
}

// Allocations for one command: the SDK's own, and none of ours.
func TestAllocations(t *testing.T) {
	cmd := redis.NewCmd(bg, "get", "k")
	do := func() {
		_, leave, after := ProcessEnter(server, bg, cmd)
		_ = after(nil)
		if leave != nil {
			leave()
		}
	}
	if n := testing.AllocsPerRun(200, do); n > 0 {
		t.Errorf("off: %v allocations", n)
	}
	for _, row := range []struct {
		name    string
		sampler sdk.Sampler
		metrics bool
		most    float64
	}{
		{"unsampled", sdk.NeverSample(), false, 3},
		{"sampled", sdk.AlwaysSample(), false, 4},
		{"unsampled, with metrics", sdk.NeverSample(), true, 3},
	} {
		hook.Enable(sdk.NewTracerProvider(sdk.WithSampler(row.sampler)), propagation.TraceContext{})
		if row.metrics {
			hook.EnableMetrics(metric.NewMeterProvider())
		}
		if n := testing.AllocsPerRun(200, do); n > row.most && !raceEnabled {
			t.Errorf("%s: %v allocations, want at most %v", row.name, n, row.most)
		}
		hook.Disable()
	}
}

// command returns a command that is carried out.
func command() func(context.Context) {
	cmd := redis.NewCmd(bg, "get", "k")
	return func(ctx context.Context) {
		_, leave, after := ProcessEnter(server, ctx, cmd)
		_ = after(nil)
		if leave != nil {
			leave()
		}
	}
}

// What a command costs in a program without an SDK of its own: its span.
func TestCosts(t *testing.T) {
	if raceEnabled {
		t.Skip("it allocates more under the race detector")
	}
	hooktest.Costs(t, map[string]float64{"sampled": 1, "sampled, with metrics": 1}, command())
}

func BenchmarkProcess(b *testing.B) { hooktest.Bench(b, command()) }
