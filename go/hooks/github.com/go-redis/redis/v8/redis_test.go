package redis

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/go-redis/redis/v8"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.tool/runtime/hook"
)

var bg = context.Background()

// fake has its options where a *baseClient has them.
type fake struct{ opt *redis.Options }

var server = &fake{opt: &redis.Options{Addr: "redis.example:6380", DB: 3}}

// answer is an error as the server gives it.
type answer string

func (e answer) Error() string { return string(e) }
func (answer) RedisError()     {}

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

// show writes spans as "NAME key=value …".
func show(rec *tracetest.SpanRecorder) string {
	var lines []string
	for _, s := range rec.Ended() {
		set := attribute.NewSet(s.Attributes()...)
		lines = append(lines, s.Name()+" "+set.Encoded(attribute.DefaultEncoder()))
	}
	rec.Reset()
	return strings.Join(lines, "\n")
}

func finish(leave func(), after func(error) error, err error) {
	_ = after(err)
	if leave != nil {
		leave()
	}
}

const place = ",db.system.name=redis"

func TestCommand(t *testing.T) {
	rec := record(t)
	for _, row := range []struct {
		err  error
		want string
	}{
		{nil, "GET db.namespace=3,db.operation.name=GET,db.system.name=redis,server.address=redis.example,server.port=6380"},
		{redis.Nil, "GET db.namespace=3,db.operation.name=GET,db.system.name=redis,server.address=redis.example,server.port=6380"},
		{answer("WRONGTYPE S3CR3T"), "GET db.namespace=3,db.operation.name=GET,db.response.status_code=WRONGTYPE,db.system.name=redis,error.type=WRONGTYPE,server.address=redis.example,server.port=6380"},
		{redis.TxFailedErr, "GET db.namespace=3,db.operation.name=GET,db.system.name=redis,error.type=redis.TxFailedErr,server.address=redis.example,server.port=6380"},
		{redis.ErrClosed, "GET db.namespace=3,db.operation.name=GET,db.system.name=redis,error.type=redis.ErrClosed,server.address=redis.example,server.port=6380"},
		{errors.New("S3CR3T"), "GET db.namespace=3,db.operation.name=GET,db.system.name=redis,error.type=*errors.errorString,server.address=redis.example,server.port=6380"},
	} {
		_, leave, after := ProcessEnter(server, bg, redis.NewCmd(bg, "get", "S3CR3T"))
		finish(leave, after, row.err)
		if got := show(rec); got != row.want {
			t.Errorf("%v: %s\nwant %s", row.err, got, row.want)
		}
	}
}

// TestPipeline: transactions are known by their MULTI and EXEC.
func TestPipeline(t *testing.T) {
	rec := record(t)
	for _, row := range []struct{ names, want string }{
		{"get set", "PIPELINE db.namespace=3,db.operation.batch.size=2,db.operation.name=PIPELINE" + place},
		{"get get", "PIPELINE GET db.namespace=3,db.operation.batch.size=2,db.operation.name=PIPELINE GET" + place},
		{"get", "GET db.namespace=3,db.operation.name=GET" + place},
		{"multi set set exec", "MULTI SET db.namespace=3,db.operation.batch.size=2,db.operation.name=MULTI SET" + place},
		{"multi set exec", "MULTI SET db.namespace=3,db.operation.name=MULTI SET" + place},
		{"multi set", "PIPELINE db.namespace=3,db.operation.batch.size=2,db.operation.name=PIPELINE" + place},
		{"", "PIPELINE db.namespace=3,db.operation.name=PIPELINE" + place},
	} {
		var cmds []redis.Cmder
		for _, name := range strings.Fields(row.names) {
			cmds = append(cmds, redis.NewCmd(bg, name))
		}
		_, leave, after := PipelineEnter(server.opt, bg, cmds)
		finish(leave, after, nil)
		if got := show(rec); got != row.want+",server.address=redis.example,server.port=6380" {
			t.Errorf("%s: %s\nwant %s", row.names, got, row.want)
		}
	}
}

// TestRoutes: what clusters and rings ask is one span.
func TestRoutes(t *testing.T) {
	rec := record(t)
	cmds := []redis.Cmder{redis.NewCmd(bg, "get"), redis.NewCmd(bg, "get")}
	ctx, leave, after := RouteEnter(bg, cmds[0])
	_, partLeave, partAfter := ProcessEnter(server, ctx, cmds[0])
	finish(partLeave, partAfter, nil)
	finish(leave, after, nil)
	leave, after = RoutePipelineEnter(bg, cmds)
	finish(leave, after, nil)
	leave, after = RouteTxPipelineEnter(bg, append(append([]redis.Cmder{redis.NewCmd(bg, "multi")}, cmds...), redis.NewCmd(bg, "exec")))
	finish(leave, after, nil)
	for _, tx := range []bool{false, true} {
		leave, after = RingPipelineEnter(bg, cmds, tx)
		_, partLeave, partAfter = PipelineEnter(server.opt, bg, cmds[1:])
		finish(partLeave, partAfter, nil)
		finish(leave, after, nil)
	}
	const want = `GET db.namespace=3,db.operation.name=GET,db.system.name=redis,server.address=redis.example,server.port=6380
PIPELINE GET db.operation.batch.size=2,db.operation.name=PIPELINE GET,db.system.name=redis
MULTI GET db.operation.batch.size=2,db.operation.name=MULTI GET,db.system.name=redis
PIPELINE GET db.operation.batch.size=2,db.operation.name=PIPELINE GET,db.system.name=redis
MULTI GET db.operation.batch.size=2,db.operation.name=MULTI GET,db.system.name=redis`
	if got := show(rec); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	_, leave, after = ProcessEnter(server, OwnEnter(bg), cmds[0])
	finish(leave, after, nil)
	if got := show(rec); got != "" {
		t.Errorf("spans: %s", got)
	}
}

// TestOff: nothing is allocated.
func TestOff(t *testing.T) {
	cmd := redis.NewCmd(bg, "get", "k")
	cmds := []redis.Cmder{cmd}
	if n := testing.AllocsPerRun(200, func() {
		_, leave, after := ProcessEnter(server, bg, cmd)
		finish(leave, after, nil)
		_, leave, after = PipelineEnter(server.opt, bg, cmds)
		finish(leave, after, nil)
		leave, after = RingPipelineEnter(bg, cmds, true)
		finish(leave, after, nil)
		ReleaseEnter(bg, server)
	}); n > 0 && !raceEnabled {
		t.Errorf("%v allocations", n)
	}
}
