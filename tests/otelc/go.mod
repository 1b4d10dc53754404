module otel.tool/tests/otelc

go 1.24.0
