module otel.tool/tests/properties

go 1.25
