module example.com/spans

go 1.24.0

require (
	example.com/ask v1.0.0
	go.opentelemetry.io/otel v1.41.0
	go.opentelemetry.io/otel/trace v1.41.0
	go.opentelemetry.io/otelc/pkg v1.0.0
	go.opentelemetry.io/otelc/pkg/runtime v1.0.0
)

require github.com/cespare/xxhash/v2 v2.3.0 // indirect
