# What a build with the tool and a woven program cost, against plain go.
.PHONY: layout bench-apps bench-build bench-http bench-reference setup-servers
setup-servers:
	@tools/setup servers

bench-reference: setup-servers
bench-build bench-http bench-reference bench-apps: bench-%: build/otel
	cd bench && go run . -otel ../build/otel $*

# Which of our functions come first in their packages (tools/layout).
# They are told from a program in which they lie as they come in the source.
layout: setup-servers
	tools/setup layout
	: >go/layout.txt
	$(MAKE) build/otel
	cd bench && go run . -otel ../build/otel layout >../build/layout.txt
	mv build/layout.txt go/layout.txt

BENCH_TARGETS += bench-build bench-http bench-reference
