package redisconv

import (
	"context"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// call is a command, a pipeline or a transaction while it runs. It is used again.
type call[C Command] struct {
	library  *Library[C]
	span     trace.Span
	did      *operation
	ctx      context.Context // nil if nothing is measured
	cmds     []C             // of a pipeline
	few      []C             // room for them, where they are on the stack
	route    *route          // of a cluster or a ring
	begin    time.Duration
	returned bool
	recorded bool // the span was when it began

	leave func() // methods of this call, made once
	after func(error) error
}

func (l *Library[C]) newCall() any {
	c := &call[C]{library: l}
	c.leave, c.after = c.end, c.result
	return c
}

// AsItIs is what a hook without interest in the return gives as after.
func AsItIs(err error) error { return err }

// route is in the context of what a cluster or a ring does: what it asks its nodes
// has no spans of its own. It may be used longer than the call.
type route struct {
	asked atomic.Pointer[Place] // the last node
}

// Command begins the span of a command. client is nil for a cluster or a ring: then
// the nodes that are asked with newCtx are told in the span, and have none.
func (l *Library[C]) Command(client any, ctx context.Context, cmd C) (newCtx context.Context, leave func(), after func(error) error) {
	newCtx, after = ctx, AsItIs
	defer hook.Guard()
	span := hook.SpanIn(ctx)
	if l.isPart(client, ctx, span, true) {
		return newCtx, nil, after
	}
	newCtx, c := l.enter(client, ctx, span, operationKey{name: cmd.Name()}, nil)
	if c == nil {
		return newCtx, nil, after
	}
	if client == nil {
		c.route = new(route)
		newCtx = hook.PartOf(newCtx, c.route)
	}
	return newCtx, c.leave, c.after
}

// Pipeline begins the span of a pipeline or a transaction, which may have its MULTI and
// EXEC around it. client is nil for a cluster or a ring.
func (l *Library[C]) Pipeline(client any, ctx context.Context, cmds []C, m Mode) (newCtx context.Context, leave func(), after func(error) error) {
	newCtx, after = ctx, AsItIs
	defer hook.Guard()
	span := hook.SpanIn(ctx)
	if l.isPart(client, ctx, span, false) || client != nil && inRing(cmds, m) {
		return newCtx, nil, after
	}
	cmds = unwrapped(cmds, m)
	key := operationKey{mode: m, name: common(cmds)}
	if len(cmds) == 1 && m == ModePipeline {
		key.mode = ModeCommand
	}
	newCtx, c := l.enter(client, ctx, span, key, cmds)
	if c == nil {
		return newCtx, nil, after
	}
	return newCtx, c.leave, c.after
}

// isPart says whether what is asked for within ctx, which holds span, has no span of its own: the
// library asks for it by itself, or it is a part of what a cluster or a ring does, which wants to know
// whom a command goes to, or of what another instrumentation has a span for.
func (l *Library[C]) isPart(client any, ctx context.Context, span trace.Span, command bool) bool {
	s := hook.SuppressionIn(ctx)
	if ctx == nil || s.All() || hook.Recorded(span) && hook.GoroutineSuppressed(ctx) {
		return true
	}
	r, ok := s.Whole().(*route)
	if ok && command && client != nil {
		p := l.Place(client)
		r.asked.Store(&p)
	}
	return ok || hook.Recorded(span) && within(span)
}

// enter begins the span of key. There is no call where a client has nothing to record.
func (l *Library[C]) enter(client any, ctx context.Context, held trace.Span, key operationKey, cmds []C) (context.Context, *call[C]) {
	if client != nil {
		key.Place = l.Place(client)
	}
	did := operations.of(key)
	ctx, span := l.client.BeginIn(ctx, held, did.name, trace.SpanKindClient, did)
	measuring := l.duration.On()
	if !measuring && !span.IsRecording() && client != nil {
		return ctx, nil
	}
	c := l.calls.Get().(*call[C])
	c.span, c.did = span, did
	if c.cmds = cmds; len(cmds) > 0 && hook.MayBeOnStack(unsafe.Pointer(&cmds[0])) {
		c.few = append(c.few[:0], cmds...)
		c.cmds = c.few
	}
	if measuring {
		c.ctx, c.begin = ctx, hook.Clock()
	}
	if c.recorded = span.IsRecording(); c.recorded {
		l.recorded.Add(1)
		if len(cmds) > 1 {
			span.SetAttributes(keyBatchSize.Int(len(cmds)))
		}
	}
	return ctx, c
}

// within says whether span is that of another instrumentation of Redis clients,
// redisotel's, or ours: then this is how that one is carried out.
func within(span trace.Span) bool {
	s, ok := span.(interface {
		SpanKind() trace.SpanKind
		EndTime() time.Time
		InstrumentationScope() instrumentation.Scope
	})
	return ok && s.SpanKind() == trace.SpanKindClient && s.EndTime().IsZero() &&
		strings.Contains(s.InstrumentationScope().Name, "redis")
}

// unwrapped returns cmds without the MULTI and EXEC around them.
func unwrapped[C Command](cmds []C, m Mode) []C {
	if n := len(cmds); m == ModeMulti && n >= 2 && cmds[0].Name() == "multi" {
		return cmds[1 : n-1]
	}
	return cmds
}

// common returns the name that all commands have, "" if they have several.
func common[C Command](cmds []C) (name string) {
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
func (c *call[C]) result(err error) error {
	c.returned = true
	c.finish(err)
	return err
}

func (c *call[C]) finish(err error) {
	defer hook.Guard()
	if err != nil && c.cmds != nil {
		err = c.firstError(err)
	}
	var asked *Place
	if c.route != nil {
		asked = c.route.asked.Load()
	}
	if asked != nil && c.span.IsRecording() {
		c.span.SetAttributes(asked.attributes()...)
	}
	errType, status := c.recordError(err)
	c.measure(asked, errType, status)
	c.span.End()
}

// measure records the duration; asked is the node of a cluster or a ring, if it is known.
func (c *call[C]) measure(asked *Place, errType, status string) {
	if c.ctx == nil {
		return
	}
	var set *hook.Set
	if asked == nil && errType == "" {
		set = c.did.setOf()
	} else {
		key := metricKey{operationKey: c.did.key, status: status, errorType: errType}
		if asked != nil {
			key.Place = *asked
		}
		set = durationSets.Of(key)
	}
	c.library.duration.RecordSpan(c.ctx, c.span, c.begin, set)
}

// end is the leave function.
func (c *call[C]) end() {
	defer hook.Guard()
	if !c.returned {
		hook.RecordPanic(c.span)
		c.measure(nil, "panic", "")
		c.span.End()
	}
	if c.recorded {
		c.library.recorded.Add(-1)
	}
	clear(c.few)
	c.span, c.did, c.ctx, c.cmds, c.route, c.begin, c.returned, c.recorded = nil, nil, nil, nil, nil, 0, false, false
	c.library.calls.Put(c)
}
