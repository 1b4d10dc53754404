module otel.tool/bench/parse

go 1.25
