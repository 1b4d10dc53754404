module otel.tool/layout

go 1.24.0
