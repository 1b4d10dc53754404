# Our Go modules: see docs/design.md, "The runtime in the user's program".
# -race needs cgo, and so a C compiler, which the tool needs anyway.
GO_MODULES := $(sort $(patsubst %/go.mod,%,$(shell find go tools -name go.mod ! -path '*/testdata/*')))

.PHONY: test-go
test-go: $(GO_MODULES:%=test-go-%)

.PHONY: $(GO_MODULES:%=test-go-%)
$(GO_MODULES:%=test-go-%): test-go-%:
	cd $* && CGO_ENABLED=1 go test -race -ldflags=-checklinkname=0 ./...

TEST_TARGETS += test-go

# That the table of variables names tests that would notice if one were ignored.
.PHONY: test-variables
test-variables:
	cd go/runtime/internal/config && go test -ldflags=-checklinkname=0 -count=1 -run 'Table|Documented|Ignored' -timeout 30m -ignored -v

TEST_TARGETS += test-variables

# Our exporter against the official one.
.PHONY: bench-otlp
bench-otlp:
	cd go/runtime/internal/otlp/conformance && go test -ldflags=-checklinkname=0 -count=1 -run TestRatio -ratio

BENCH_TARGETS += bench-otlp

# The runtime with the oldest OpenTelemetry that it works with.
.PHONY: test-go-floor
test-go-floor:
	go/floor.sh

TEST_TARGETS += test-go-floor
