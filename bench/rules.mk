# What a build with the tool and a woven program cost, against plain go.
.PHONY: bench-apps bench-build bench-http bench-reference setup-servers
setup-servers:
	@tools/setup servers

bench-reference: setup-servers
bench-build bench-http bench-reference bench-apps: bench-%: build/otel
	cd bench && go run . -otel ../build/otel $*

BENCH_TARGETS += bench-build bench-http bench-reference
