module example.com/hooks

go 1.24

require (
	example.com/shop v1.0.0
	go.opentelemetry.io/otelc/pkg v1.0.0
	go.opentelemetry.io/otelc/pkg/runtime v1.0.0
)
