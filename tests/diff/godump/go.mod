module otel.tool/tests/godump

go 1.25
