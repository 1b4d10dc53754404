package redis

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

var kindClient = trace.WithSpanKind(trace.SpanKindClient)

// call is a command, a pipeline or a transaction while it runs. It is used again.
type call struct {
	span     trace.Span
	did      *operation
	ctx      context.Context // nil if nothing is measured
	cmds     []redis.Cmder   // of a pipeline
	route    *route          // of a cluster or a ring
	begin    time.Duration
	returned bool

	leave func() // methods of this call, made once
	after func(error) error
}

var calls sync.Pool // New is set in init

func newCall() any {
	c := new(call)
	c.leave, c.after = c.end, c.result
	return c
}

// route is in the context of what a cluster or a ring does: what it asks its nodes
// has no spans of its own. It may be used longer than the call.
type route struct {
	asked atomic.Pointer[place] // the last node
}

type routeKey struct{}

// enter begins the span of cmd, or else of cmds. c is the client, nil for a cluster
// or a ring.
func enter(c any, ctx context.Context, cmd redis.Cmder, cmds []redis.Cmder, m mode) (newCtx context.Context, leave func(), after func(error) error) {
	newCtx, after = ctx, asItIs
	defer hook.Guard()
	if ctx == nil || hook.Suppressed(ctx) {
		return newCtx, nil, after
	}
	if r, ok := ctx.Value(routeKey{}).(*route); ok {
		if cmd != nil && c != nil {
			p := placeOf(c)
			r.asked.Store(&p)
		}
		return newCtx, nil, after
	}
	if within(ctx) || c != nil && inRing(cmds, m) {
		return newCtx, nil, after
	}

	key := operationKey{mode: m}
	if c != nil {
		key.place = placeOf(c)
	}
	if cmd != nil {
		key.name = cmd.Name()
	} else {
		cmds = unwrapped(cmds, m)
		key.name = common(cmds)
		if len(cmds) == 1 && m == modePipeline {
			key.mode = modeCommand
		}
	}
	did := operations.of(key)
	started, span := client.Start(ctx, did.name, did.options...)
	newCtx = started
	measuring := duration.On()
	if !measuring && !span.IsRecording() && c != nil {
		return newCtx, nil, after
	}
	call := calls.Get().(*call)
	call.span, call.did = span, did
	if len(cmds) > 0 && !hook.MayBeOnStack(unsafe.Pointer(&cmds[0])) {
		call.cmds = cmds
	}
	if measuring {
		call.ctx, call.begin = started, hook.Clock()
	}
	if span.IsRecording() && len(cmds) > 1 {
		span.SetAttributes(keyBatchSize.Int(len(cmds)))
	}
	if c == nil {
		call.route = new(route)
		newCtx = context.WithValue(started, routeKey{}, call.route)
	}
	return newCtx, call.leave, call.after
}

// enterRoute begins the span of a cluster's pipeline.
func enterRoute(ctx context.Context, cmds []redis.Cmder, m mode) (leave func(), after func(error) error) {
	_, leave, after = enter(nil, ctx, nil, cmds, m)
	return leave, after
}

// enterRing begins the span of a ring's pipeline.
func enterRing(ctx context.Context, cmds []redis.Cmder, m mode) (leave func(), after func(error) error) {
	leave, after = enterRoute(ctx, cmds, m)
	if leave == nil {
		return leave, after
	}
	defer hook.Guard()
	mine := slices.Clone(cmds)
	for _, cmd := range mine {
		ringCommands.Store(cmd, true)
	}
	ringPipelines.Add(1)
	end := leave
	return func() {
		ringPipelines.Add(-1)
		for _, cmd := range mine {
			ringCommands.Delete(cmd)
		}
		end()
	}, after
}

// What rings' pipelines consist of, while there are any.
var (
	ringPipelines atomic.Int32
	ringCommands  sync.Map
)

// inRing says whether cmds are a part of a ring's pipeline.
func inRing(cmds []redis.Cmder, m mode) bool {
	if ringPipelines.Load() == 0 {
		return false
	}
	if cmds = unwrapped(cmds, m); len(cmds) == 0 {
		return false
	}
	_, ok := ringCommands.Load(cmds[0])
	return ok
}

// within says whether the span in ctx is that of another instrumentation of Redis
// clients, redisotel's, or ours: then this is how that one is carried out.
func within(ctx context.Context) bool {
	span, ok := trace.SpanFromContext(ctx).(interface {
		SpanKind() trace.SpanKind
		EndTime() time.Time
		InstrumentationScope() instrumentation.Scope
	})
	return ok && span.SpanKind() == trace.SpanKindClient && span.EndTime().IsZero() &&
		strings.Contains(span.InstrumentationScope().Name, "redis")
}

// unwrapped returns cmds without the MULTI and EXEC around them.
func unwrapped(cmds []redis.Cmder, m mode) []redis.Cmder {
	if n := len(cmds); m == modeMulti && n >= 2 && cmds[0].Name() == "multi" {
		return cmds[1 : n-1]
	}
	return cmds
}

// common returns the name that all commands have, "" if they have several.
func common(cmds []redis.Cmder) (name string) {
	for i, cmd := range cmds {
		if i == 0 {
			name = cmd.Name()
		} else if cmd.Name() != name {
			return ""
		}
	}
	return name
}

// result is the after function.
func (c *call) result(err error) error {
	c.returned = true
	c.finish(err)
	return err
}

func (c *call) finish(err error) {
	defer hook.Guard()
	if err != nil && c.cmds != nil {
		err = firstError(c.cmds, err)
	}
	key := metricKey{operationKey: c.did.key}
	if c.route != nil {
		if p := c.route.asked.Load(); p != nil {
			key.place = *p
			if c.span.IsRecording() {
				c.span.SetAttributes(p.attributes()...)
			}
		}
	}
	key.errorType, key.status = c.recordError(err)
	c.measure(key)
	c.span.End()
}

func (c *call) measure(key metricKey) {
	if c.ctx != nil {
		duration.RecordSince(c.ctx, c.begin, durationSets.Of(key))
	}
}

// end is the leave function.
func (c *call) end() {
	defer hook.Guard()
	if !c.returned {
		hook.RecordPanic(c.span)
		c.measure(metricKey{operationKey: c.did.key, errorType: "panic"})
		c.span.End()
	}
	c.span, c.did, c.ctx, c.cmds, c.route, c.begin, c.returned = nil, nil, nil, nil, nil, 0, false
	calls.Put(c)
}
