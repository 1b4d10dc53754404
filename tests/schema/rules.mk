# The JSON Schema of rule files: see tests/schema/schema_test.go.
.PHONY: test-schema
test-schema: build/otel
	cd tests/schema && go vet ./... && go test -count=1 -v ./...

TEST_TARGETS += test-schema
