module go.opentelemetry.io/otelc/pkg

go 1.24.0

replace go.opentelemetry.io/otelc/pkg/runtime => ./runtime
