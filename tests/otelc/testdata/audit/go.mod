module example.com/audit

go 1.24

require go.opentelemetry.io/otelc/pkg v1.0.0
