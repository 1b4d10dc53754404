# Our parser against go/parser: see tests/diff/README.md.
.PHONY: check-diff check-diff-sample check-diff-mutants
check-diff: build/otel
	OTEL=build/otel tests/diff/check.sh $(or $(LIST),all)

check-diff-sample: build/otel
	OTEL=build/otel tests/diff/check.sh sample

check-diff-mutants: build/otel
	OTEL=build/otel tests/diff/check.sh mutants

TEST_TARGETS += check-diff-sample check-diff-mutants
