package redisconv

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// call is a command, a pipeline or a transaction while it runs. It is used again.
type call struct {
	state
	library *Library

	leaves func() // functions of this call, made once
	after  func(error) error
}

// state is what a call knows of what runs.
type state struct {
	span     trace.Span
	did      *operation
	ctx      context.Context // nil if nothing is measured
	begin    time.Duration
	batch    batch  // of a pipeline
	route    *route // of a cluster or a ring
	returned bool
	leave    func() // leaves; nil if after does that, as it does for a span that is not recorded
	recorded bool   // the span was when it began
}

func (l *Library) newCall() any {
	c := &call{library: l}
	c.leaves, c.after = leave(c), after(c)
	return c
}

// unseen is the call of what has nothing to record.
var unseen = &call{after: AsItIs}

// AsItIs is what a hook without interest in the return gives as after.
func AsItIs(err error) error { return err }

// route is in the context of what a cluster or a ring does: what it asks its nodes
// has no spans of its own. It may be used longer than the call.
type route struct {
	asked atomic.Pointer[Place] // the last node
}

// Command begins the span of a command. client is nil for a cluster or a ring: then
// the nodes that are asked with newCtx are told in the span, and have none.
func Command[C Cmder](l *Library, client any, ctx context.Context, cmd C) (newCtx context.Context, leave func(), after func(error) error) {
	newCtx, after = ctx, AsItIs
	defer hook.Guard()
	s, held := hook.SuppressionIn(ctx), hook.SpanIn(ctx)
	if (s != nil || hook.Recorded(held)) && l.isPart(s, client, ctx, held, true) {
		return newCtx, nil, after
	}
	word := firstWord(cmd.Args())
	did := l.command(client, cmd, word)
	if did == nil {
		did = l.note(client, cmd, word, cmd.Name())
	}
	newCtx, c := l.begin(ctx, held, did, client == nil)
	if client == nil {
		newCtx = c.routed(newCtx)
	}
	return newCtx, c.leave, c.after
}

// Pipeline begins the span of a pipeline or a transaction, which may have its MULTI and
// EXEC around it. client is nil for a cluster or a ring.
func Pipeline[C Cmder](l *Library, client any, ctx context.Context, cmds []C, m Mode) (newCtx context.Context, leave func(), after func(error) error) {
	newCtx, after = ctx, AsItIs
	defer hook.Guard()
	s, held := hook.SuppressionIn(ctx), hook.SpanIn(ctx)
	if (s != nil || hook.Recorded(held)) && l.isPart(s, client, ctx, held, false) || client != nil && inRing(cmds, m) {
		return newCtx, nil, after
	}
	cmds = unwrapped(cmds, m)
	key := operationKey{mode: m, name: common(cmds)}
	if len(cmds) == 1 && m == ModePipeline {
		key.mode = ModeCommand
	}
	key.Place = l.placeOf(client)
	newCtx, c := l.begin(ctx, held, operations.of(key), client == nil)
	if c != unseen {
		c.batch = hold(l, cmds)
	}
	if c.recorded && len(cmds) > 1 {
		c.span.SetAttributes(keyBatchSize.Int(len(cmds)))
	}
	return newCtx, c.leave, c.after
}

// isPart says whether what is asked for within ctx, which holds the span held, has no span of its own:
// the library asks for it by itself, or it is a part of what a cluster or a ring does, which wants to
// know whom a command goes to, or of what another instrumentation has a span for. It need not be asked
// where nothing is suppressed and held is not recorded.
//
//go:noinline
func (l *Library) isPart(s *hook.Suppression, client any, ctx context.Context, held trace.Span, command bool) bool {
	if ctx == nil || s.All() || hook.Recorded(held) && hook.GoroutineSuppressed(ctx) {
		return true
	}
	r, ok := s.Whole().(*route)
	if ok && command && client != nil {
		p := l.Place(client)
		r.asked.Store(&p)
	}
	return ok || hook.Recorded(held) && within(held)
}

// begin begins the span of did. What has nothing to record has no call of its own, unless one is
// needed.
func (l *Library) begin(ctx context.Context, held trace.Span, did *operation, needed bool) (context.Context, *call) {
	ctx, span := l.client.BeginIn(ctx, held, did.name, trace.SpanKindClient, did)
	var measured context.Context
	var now time.Duration
	if l.duration.On() {
		measured, now = ctx, hook.Clock()
	} else if !needed && !span.IsRecording() {
		return ctx, unseen
	}
	c := l.calls.Get().(*call)
	c.span, c.did, c.ctx, c.begin = span, did, measured, now
	if hook.Recorded(span) {
		c.noteRecorded()
	}
	return ctx, c
}

//go:noinline
func (c *call) noteRecorded() {
	c.leave = c.leaves
	if c.recorded = c.span.IsRecording(); c.recorded {
		c.library.recorded.Add(1)
	}
}

// routed returns ctx for what a cluster's or a ring's nodes are asked for.
//
//go:noinline
func (c *call) routed(ctx context.Context) context.Context {
	c.route = new(route)
	return hook.PartOf(ctx, c.route)
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

// after returns the after function.
//
//go:noinline
func after(c *call) func(error) error {
	return func(err error) (same error) {
		same = err
		c.returned = true
		defer hook.Guard()
		if err != nil || c.route != nil {
			c.finish(err)
		} else {
			if c.ctx != nil {
				c.library.duration.RecordSpan(c.ctx, c.span, c.begin, c.did.setOf())
			}
			c.span.End()
		}
		if c.leave == nil {
			c.release()
		}
		return same
	}
}

// finish ends the span of what has failed, or of a cluster's or a ring's command.
//
//go:noinline
func (c *call) finish(err error) {
	if err != nil && c.batch != nil {
		err = c.batch.firstError(err, c.library.Nil)
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
func (c *call) measure(asked *Place, errType, status string) {
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

// leave returns the leave function. It is not inlined, nor is after: within the copy of what it
// returns the compiler would inline nothing.
//
//go:noinline
func leave(c *call) func() {
	return func() {
		if !c.returned {
			c.panicked()
		}
		c.release()
	}
}

// release has the call used again.
func (c *call) release() {
	if c.recorded || c.batch != nil {
		c.letGo()
	}
	c.state = state{}
	c.library.calls.Put(c)
}

// letGo lets go of what not every call has.
//
//go:noinline
func (c *call) letGo() {
	if c.recorded {
		c.library.recorded.Add(-1)
	}
	if c.batch != nil {
		c.batch.release()
	}
}

// panicked ends the span of what has not returned.
//
//go:noinline
func (c *call) panicked() {
	defer hook.Guard()
	hook.RecordPanic(c.span)
	c.measure(nil, "panic", "")
	c.span.End()
}
