package hook

import (
	"context"
	"encoding/binary"

	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/internal/gctx"
	"otel.tool/runtime/internal/hexid"
)

// IDs are the ids of a span as words, which go from function to function in registers: each method
// of a trace.SpanContext copies all of that.
type IDs struct {
	high, low, span uint64 // little endian
}

// IsValid says whether both ids are valid.
func (ids IDs) IsValid() bool { return ids.high|ids.low != 0 && ids.span != 0 }

// PutHex writes the ids as texts.
func (ids IDs) PutHex(traceID *[32]byte, spanID *[16]byte) {
	hexid.Put((*[16]byte)(traceID[:16]), ids.high)
	hexid.Put((*[16]byte)(traceID[16:]), ids.low)
	hexid.Put(spanID, ids.span)
}

// Hex returns the ids as texts; it allocates once.
func (ids IDs) Hex() (traceID, spanID string) {
	var b [48]byte
	ids.PutHex((*[32]byte)(b[:]), (*[16]byte)(b[32:]))
	text := string(b[:])
	return text[:32], text[32:]
}

// GoroutineIDs returns the ids of the goroutine's current span; they are not valid if there is none.
//
//go:noinline
func GoroutineIDs() (ids IDs) {
	if a := gctx.Current(); a != nil {
		ids, _, _ = IDsIn(a.Ctx)
	}
	return ids
}

// IDsIn returns the ids of the span in ctx, which may be nil, its flags, and whether it may have
// a tracestate.
//
//go:noinline
func IDsIn(ctx context.Context) (ids IDs, flags trace.TraceFlags, state bool) {
	span := SpanIn(ctx)
	if u, ok := span.(*Unrecorded); ok {
		return idsOf(u.trace, u.id), u.flags, u.whole != nil
	}
	return idsBy(span.SpanContext())
}

// idsBy is IDsIn by the methods.
//
//go:noinline
func idsBy(sc trace.SpanContext) (ids IDs, flags trace.TraceFlags, state bool) {
	return idsOf(sc.TraceID(), sc.SpanID()), sc.TraceFlags(), sc.TraceState().Len() > 0
}

func idsOf(traceID trace.TraceID, spanID trace.SpanID) IDs {
	return IDs{binary.LittleEndian.Uint64(traceID[:8]), binary.LittleEndian.Uint64(traceID[8:]), binary.LittleEndian.Uint64(spanID[:])}
}
