# The commands, links and variables of README.md and docs/: see tests/docs/docs_test.go.
.PHONY: test-docs
test-docs: build/otel
	cd tests/docs && go vet ./... && go test -count=1 -timeout 20m -v ./...

TEST_TARGETS += test-docs
