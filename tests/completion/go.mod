module otel.tool/tests/completion

go 1.24.0
