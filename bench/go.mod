module otel.tool/bench

go 1.24.0
