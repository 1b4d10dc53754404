module otel.tool/tests/apps

go 1.24.0
