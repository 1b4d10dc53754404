module otel.tool/tests/newcomer

go 1.24.0
