# Every way in which go builds, woven against plain; see tests/modes/modes_test.go.
MODES = cd tests/modes && go vet ./... && go test -count=1

MODES_GO = go1.24.9 go1.25.5 go1.26.8 go1.27.0

.PHONY: test-modes test-modes-newest test-modes-all test-modes-crash
test-modes: build/otel
	$(MODES) -timeout 20m -v .

# The sample's commands with a Go that is newer than what most have: its go command is another one.
test-modes-newest: build/otel
	$(MODES) -timeout 20m -v -go=$(lastword $(MODES_GO)) -run 'TestModes/commands' .

# The whole table, with each release of Go. A row takes three seconds of processor time, plain and
# woven; for each way in which Go's library is compiled (-race, -fuzz, another system: twenty of them)
# go takes 40 to 110 more, the first time.
test-modes-all: build/otel
	failed=; for go in $(MODES_GO); do \
		($(MODES) -timeout 90m -all -record -go=$$go -run 'TestModes|TestLink|TestEnv|TestShared' .) || failed=1; done; \
	[ -z "$$failed" ]

# Killed builds and damaged caches by the hundred.
test-modes-crash: build/otel
	$(MODES) -timeout 60m -run 'TestKilled|TestDamaged|TestTogether' -kills 200 -damages 50 -v .

docs/modes.md: tests/modes/rows_test.go tests/modes/table_test.go $(wildcard tests/modes/results/*.txt)
	cd tests/modes && OTEL_E2E_TOOL=/bin/true go test -count=1 -run TestTable -table=../../$@ .

TEST_TARGETS += test-modes test-modes-newest
