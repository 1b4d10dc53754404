// Package early does in its init what a program may do before the runtime's.
package early

import (
	"context"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Span was begun before the runtime was there.
var Span trace.Span

func init() {
	if os.Getenv("PROG_OWN_PROVIDER") != "" {
		otel.SetTracerProvider(noop.NewTracerProvider())
	}
	_, Span = otel.Tracer("early").Start(context.Background(), "early")
}
