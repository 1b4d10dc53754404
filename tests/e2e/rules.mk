# build/otel on real programs; see tests/e2e/harness_test.go.
E2E = cd tests/e2e && go vet ./... && go test -count=1 -timeout 60m -v

.PHONY: test-e2e test-e2e-real test-e2e-all
test-e2e: build/otel
	$(E2E) .

# Against a real Jaeger, Collector and Prometheus, which are built first: minutes; and
# against real databases.
test-e2e-real: build/otel
	tools/setup servers
	$(E2E) -run TestReal -real .

# Also the long matrix.
test-e2e-all: build/otel
	tools/setup servers
	$(E2E) -real -all .

# Two million requests: minutes.
.PHONY: soak
soak: build/otel
	$(E2E) -run TestSoak -soak 2000000 .

TEST_TARGETS += test-e2e test-e2e-real
