module go.opentelemetry.io/otelc/pkg

go 1.24
