module otel.tool/tests/modes

go 1.24.0
