# The release: see tests/dist/check.sh.
.PHONY: test-dist test-dist-arm64
test-dist: build/otel
	tests/dist/check.sh

# Installs a cross compiler: not a part of make test.
test-dist-arm64: build/otel
	tools/setup arm64
	tests/dist/check.sh arm64

TEST_TARGETS += test-dist
