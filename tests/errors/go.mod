module otel.tool/tests/errors

go 1.24
