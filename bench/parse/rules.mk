# Our parser against go/parser.
.PHONY: bench-parse
bench-parse: build/otel
	OTEL=build/otel bench/parse/run.sh $(LIST)

BENCH_TARGETS += bench-parse
