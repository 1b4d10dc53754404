package redisconv

import (
	"context"
	"errors"
	"net"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

var bg = context.Background()

// Types as go-redis has them.
type (
	command struct {
		name string
		err  error
	}
	options struct {
		Addr string
		DB   int
	}
	poolOptions struct{ PoolSize, MinIdleConns, MaxIdleConns int }
	poolStats   struct{ Hits, Timeouts uint32 }
	connPool    struct {
		cfg     *poolOptions
		_       sync.Mutex
		conns   []int
		idle    int
		stats   poolStats
		_closed uint32
	}
	newerPool struct { // of 9.23
		cfg   *struct{ PoolSize int32 }
		stats struct{ Timeouts, PendingRequests uint32 }

		_closed atomic.Uint32 //lint:ignore U1000 is read by reflection
	}
	pooler interface{ Len() int }
	refer  struct{ pool *newerPool }
	base   struct {
		opt          *options
		connPool     pooler
		pipelinePool *refer
	}
	redisClient struct{ *baseClient }
	baseClient  = base
)

func (c *command) Name() string { return c.name }
func (c *command) Err() error   { return c.err }
func (c *command) Args() []any  { return []any{c.name} }

func (p *connPool) Len() int      { return len(p.conns) }
func (p *connPool) IdleLen() int  { return p.idle }
func (p *newerPool) Len() int     { return 3 }
func (p *newerPool) IdleLen() int { return 1 }

type conn struct{ addr net.Addr }

func (c conn) RemoteAddr() net.Addr { return c.addr }

func newLibrary(name string) *Library {
	l := &Library{
		Place: func(client any) Place { o := client.(*options); return Place{o.Addr, o.DB} },
		Nil:   errors.New("nil"),
	}
	l.Register(name, "otel.tool/hooks/"+name, "0")
	return l
}

// last returns the span that has ended last.
func last(rec *tracetest.SpanRecorder) sdk.ReadOnlySpan {
	ended := rec.Ended()
	return ended[len(ended)-1]
}

func enable(t *testing.T) (rec *tracetest.SpanRecorder, collect func() map[string]int64) {
	rec = tracetest.NewSpanRecorder()
	hook.Enable(sdk.NewTracerProvider(sdk.WithSpanProcessor(rec)), propagation.TraceContext{})
	reader := metric.NewManualReader()
	hook.EnableMetrics(metric.NewMeterProvider(metric.WithReader(reader)))
	faults := hook.Faults()
	t.Cleanup(func() {
		hook.Disable()
		if n := hook.Faults() - faults; n != 0 {
			t.Errorf("%d panics in hooks", n)
		}
	})
	return rec, func() map[string]int64 {
		var all metricdata.ResourceMetrics
		if err := reader.Collect(bg, &all); err != nil {
			t.Fatal(err)
		}
		got := map[string]int64{}
		for _, scope := range all.ScopeMetrics {
			for _, m := range scope.Metrics {
				sum, ok := m.Data.(metricdata.Sum[int64])
				if !ok {
					continue
				}
				for _, p := range sum.DataPoints {
					name := strings.TrimPrefix(m.Name, "db.client.connection.")
					for _, kv := range p.Attributes.ToSlice() {
						name += " " + kv.Value.AsString()
					}
					got[name] = p.Value
				}
			}
		}
		return got
	}
}

// TestPools: each is measured as long as it is open and someone has it, and is not kept.
func TestPools(t *testing.T) {
	l := newLibrary("redis-pools")
	_, collect := enable(t)
	var open []*redisClient
	client := func(db, idle int) *redisClient {
		p := &connPool{cfg: &poolOptions{10, 1, 5}, conns: []int{1, 2, 3}, idle: idle}
		p.stats.Timeouts = 2
		c := &redisClient{&base{opt: &options{"there:1", db}, connPool: p}}
		l.Opened(c, "")
		open = append(open, c)
		return c
	}
	client(0, 1)
	client(0, 2)
	closed := client(1, 0)
	newer := &redisClient{&base{opt: &options{"x", 0}, connPool: &newerPool{cfg: &struct{ PoolSize int32 }{7}}, pipelinePool: &refer{&newerPool{}}}}
	newer.connPool.(*newerPool).stats.PendingRequests = 4
	l.Opened(newer, "shop")
	l.Opened(nil, "")
	l.Opened(new(int), "")
	l.Opened((*redisClient)(nil), "")

	want := map[string]int64{
		"count there:1/0 idle": 3, "count there:1/0 used": 3, "max there:1/0": 20, "idle.max there:1/0": 10, "idle.min there:1/0": 2, "timeouts there:1/0": 4,
		"count there:1/1 idle": 0, "count there:1/1 used": 3, "max there:1/1": 10, "idle.max there:1/1": 5, "idle.min there:1/1": 1, "timeouts there:1/1": 2,
		"count shop/0 idle": 1, "count shop/0 used": 2, "max shop/0": 7, "pending_requests shop/0": 4, "timeouts shop/0": 0,
		"count shop/0/pipelines idle": 1, "count shop/0/pipelines used": 2, "pending_requests shop/0/pipelines": 0, "timeouts shop/0/pipelines": 0,
	}
	if got := collect(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}

	p := closed.connPool.(*connPool)
	atomic.AddUint32(&p.stats.Timeouts, 5)
	atomic.StoreUint32(&p._closed, 1)
	weak := l.pools.known[0]
	open, p, closed = nil, nil, nil
	for range 3 {
		runtime.GC()
	}
	if weak.ptr.Value() != nil {
		t.Error("a pool is kept alive")
	}
	got := collect()
	if got["timeouts there:1/0"] != 4 || got["timeouts there:1/1"] < 2 {
		t.Errorf("timeouts are forgotten: %v", got)
	}
	for name := range got {
		if strings.Contains(name, "there:1") && !strings.HasPrefix(name, "timeouts ") {
			t.Errorf("%s of a pool that is gone", name)
		}
	}
	if n := len(l.pools.known); n != 2 {
		t.Errorf("%d pools are known", n)
	}
	runtime.KeepAlive(newer)
}

// TestPoolsForgotten: a program that makes clients all the time and forgets them.
func TestPoolsForgotten(t *testing.T) {
	l := newLibrary("redis-forgotten")
	for i := range 2000 {
		l.Opened(&redisClient{&base{opt: &options{"there:1", 0}, connPool: &connPool{conns: []int{i}}}}, "")
		if i%100 == 0 {
			runtime.GC()
		}
	}
	if n := len(l.pools.known); n > 1000 {
		t.Errorf("%d pools are known", n)
	}
}

func TestPeer(t *testing.T) {
	l := newLibrary("redis-peer")
	rec, _ := enable(t)
	tcp := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 7), Port: 6379}
	for _, row := range []struct {
		addr net.Addr
		want string
		port int64
	}{
		{tcp, "10.0.0.7", 6379},
		{&net.TCPAddr{IP: net.IPv6loopback, Port: 1}, "::1", 1},
		{&net.UnixAddr{Name: "/run/redis.sock"}, "/run/redis.sock", 0},
		{&net.UDPAddr{}, "", 0},
		{nil, "", 0},
	} {
		ctx, leave, after := Command(l, &options{"there:1", 0}, bg, &command{name: "get"})
		l.Released(ctx, conn{row.addr})
		_ = after(nil)
		leave()
		set := attribute.NewSet(last(rec).Attributes()...)
		address, _ := set.Value(keyPeerAddress)
		port, _ := set.Value(keyPeerPort)
		if address.AsString() != row.want || port.AsInt64() != row.port {
			t.Errorf("%v: %s %d", row.addr, address.AsString(), port.AsInt64())
		}
	}
	// Only our own span is told.
	ctx, span := sdk.NewTracerProvider(sdk.WithSpanProcessor(rec)).Tracer("theirs").Start(bg, "x", trace.WithSpanKind(trace.SpanKindClient))
	l.Released(ctx, conn{tcp})
	span.End()
	if n := len(last(rec).Attributes()); n != 0 {
		t.Errorf("%v", last(rec).Attributes())
	}
	ctx, leave, after := Command(l, &options{}, bg, &command{name: "get"})
	if n := testing.AllocsPerRun(50, func() { _ = peerOf(tcp) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	l.Released(ctx, 7)
	_ = after(nil)
	leave()
}

// TestOwnGoroutine: what the library does in goroutines of its own has no spans; what the
// program does with a span, wherever, has.
func TestOwnGoroutine(t *testing.T) {
	l := newLibrary("redis-goroutine")
	rec, _ := enable(t)
	ping := func(ctx context.Context) {
		_, leave, after := Command(l, &options{}, ctx, &command{name: "ping"})
		_ = after(nil)
		if leave != nil {
			leave()
		}
	}
	theirs, span := sdk.NewTracerProvider().Tracer("theirs").Start(bg, "x")
	defer span.End()
	done := make(chan struct{})
	go func() {
		defer close(done)
		hook.SuppressGoroutine()
		ping(bg)
		go ping(bg)
		ping(theirs)
	}()
	<-done
	ping(bg)
	if n := len(rec.Ended()); n != 2 {
		t.Errorf("%d spans", n)
	}
}

// TestFirstError: also of commands that are on the stack of who asks for them.
func TestFirstError(t *testing.T) {
	l := newLibrary("redis-first")
	rec, _ := enable(t)
	for range 2 {
		cmds := append(make([]*command, 0, 8), &command{"get", l.Nil}, &command{"get", errors.New("x")})
		_, leave, after := Pipeline(l, nil, bg, cmds, ModePipeline)
		_ = after(l.Nil)
		leave()
		set := attribute.NewSet(last(rec).Attributes()...)
		if v, _ := set.Value(keyErrorType); v.AsString() != "*errors.errorString" {
			t.Errorf("error.type %q", v.AsString())
		}
	}
}
