# build/otel used in wrong ways: see tests/errors/errors_test.go.
.PHONY: test-errors
test-errors: build/otel
	cd tests/errors && go vet ./... && go test -count=1 -v ./...

TEST_TARGETS += test-errors
