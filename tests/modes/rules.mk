# Every way in which go builds, woven against plain; see tests/modes/modes_test.go.
MODES = cd tests/modes && go vet ./... && go test -count=1

.PHONY: test-modes test-modes-all test-modes-crash
test-modes: build/otel
	$(MODES) -timeout 20m -v .

# The whole table, with each release of Go; half an hour each.
test-modes-all: build/otel
	for go in go1.24.9 go1.25.5 go1.26.8 go1.27.0; do \
		(set -e; $(MODES) -timeout 90m -all -go=$$go -run TestModes .) || exit 1; done

# Killed builds and damaged caches by the hundred.
test-modes-crash: build/otel
	$(MODES) -timeout 60m -run 'TestKilled|TestDamaged|TestTogether' -kills 200 -damages 50 -v .

docs/modes.md: tests/modes/rows_test.go tests/modes/table_test.go
	cd tests/modes && OTEL_E2E_TOOL=/bin/true go test -count=1 -run TestTable -table=../../$@ .

TEST_TARGETS += test-modes
