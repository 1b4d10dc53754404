package hook

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/trace"
)

// TestSuppression: what is left alone within a context adds up, in any order and through layers.
func TestSuppression(t *testing.T) {
	bg, whole := context.Background(), new(int)
	part := func(ctx context.Context) context.Context { return PartOf(ctx, whole) }
	layer := func(ctx context.Context) context.Context {
		l := NewLayer(ctx, ctx, trace.SpanKindServer)
		return &l
	}
	for _, row := range []struct {
		ctx             context.Context
		all, httpClient bool
		whole           any
	}{
		{bg, false, false, nil},
		{layer(bg), false, false, nil},
		{Suppress(bg), true, false, nil},
		{SuppressHTTPClient(layer(bg)), false, true, nil},
		{layer(SuppressHTTPClient(Suppress(bg))), true, true, nil},
		{SuppressHTTPClient(layer(part(bg))), false, true, whole},
		{part(layer(Suppress(bg))), true, false, whole},
	} {
		s := SuppressionIn(row.ctx)
		if s.All() != row.all || s.HTTPClient() != row.httpClient || s.Whole() != row.whole {
			t.Errorf("%v: %+v", row.ctx, s)
		}
		if Suppressed(row.ctx) != row.all || HTTPClientSuppressed(row.ctx) != row.httpClient {
			t.Errorf("%v: %v, %v", row.ctx, Suppressed(row.ctx), HTTPClientSuppressed(row.ctx))
		}
	}
	if SuppressionIn(context.Context(nil)) != nil {
		t.Error("a nil context")
	}
}
