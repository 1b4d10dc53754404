package hook

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// example is the context that a measurement is made with where a span is to be
// its example (an exemplar). The metrics SDK keeps the contexts of its examples,
// for good if no better ones come: the program's would hold the request, the
// connection and the span with all its attributes. This holds the ids.
type example struct {
	context.Context
	span exampleSpan
}

type exampleSpan struct {
	noop.Span
	sc trace.SpanContext
}

// SpanContext is all that the span can tell.
func (s *exampleSpan) SpanContext() trace.SpanContext { return s.sc }

// Value answers the key under which contexts hold spans.
func (e *example) Value(key any) any {
	if key == spanKey {
		return &e.span
	}
	return nil
}

// exampleOf returns a context with the ids of the span in ctx if it is sampled,
// else one without.
func exampleOf(ctx context.Context) context.Context {
	if !sampled(ctx) {
		return context.Background()
	}
	return &example{context.Background(), exampleSpan{sc: trace.SpanContextFromContext(ctx)}}
}

func sampled(ctx context.Context) bool {
	return ctx != nil && trace.SpanContextFromContext(ctx).IsSampled()
}

// exampleEvery is how long there is no other example of values that fall into one bucket. Of all
// until the metrics are collected the SDK keeps a single one, and each offered is a context, a
// look at the clock and a lock.
const exampleEvery = 100 * time.Millisecond

// maxExampled is how many buckets have examples of their own; those above share.
const maxExampled = 16

// examples are when the values of a histogram, within a set, last had examples.
type examples struct {
	of   *Histogram
	last [maxExampled]atomic.Int64 // by bucket, of Clock
	next atomic.Pointer[examples]  // of another histogram
}

// wantsExample says whether the span of a value is to be its example.
func (s *Set) wantsExample(h *Histogram, value float64, now time.Duration) bool {
	at := &s.examples
	e := at.Load()
	for e != nil && e.of != h {
		at = &e.next
		e = at.Load()
	}
	if e == nil {
		e = &examples{of: h}
		for i := range e.last {
			e.last[i].Store(int64(-exampleEvery))
		}
		if !at.CompareAndSwap(nil, e) {
			return true // another goroutine was first
		}
	}
	bucket := 0
	for bucket < len(h.Buckets) && bucket < maxExampled-1 && value > h.Buckets[bucket] {
		bucket++
	}
	last := e.last[bucket].Load()
	return now-time.Duration(last) >= exampleEvery && e.last[bucket].CompareAndSwap(last, int64(now))
}
