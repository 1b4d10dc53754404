module otel.tool/tests/docs

go 1.24
