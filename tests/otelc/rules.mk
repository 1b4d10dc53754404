# Hooks written for OpenTelemetry's own tool; see tests/otelc/otelc_test.go.
.PHONY: test-otelc
test-otelc: build/otel
	cd tests/otelc && go vet ./... && go test -count=1 -timeout 20m -v ./...

TEST_TARGETS += test-otelc
