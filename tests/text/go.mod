module otel.tool/tests/text

go 1.24
