module go.opentelemetry.io/otelc/pkg/runtime

go 1.24
