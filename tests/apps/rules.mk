# Programs and libraries of others, from the module proxy, woven against plain; see
# tests/apps/apps_test.go. The sample is one program and one suite; all take an hour.
APPS = cd tests/apps && go vet ./... && go test -count=1

.PHONY: test-apps test-apps-sample
test-apps-sample: build/otel
	$(APPS) -timeout 20m -v .

test-apps: build/otel
	$(APPS) -timeout 3h -all -v .

docs/applications.md: tests/apps/programs_test.go tests/apps/suites_test.go tests/apps/table_test.go
	cd tests/apps && OTEL_E2E_TOOL=/bin/true go test -count=1 -run TestTable -table=../../$@ .

TEST_TARGETS += test-apps-sample

# How long help and explain take: of caddy's 878 packages.
.PHONY: bench-answers
bench-answers: build/otel
	$(APPS) -timeout 1h -all -v -run 'TestPrograms/caddy' -bench Help . | grep -E '^BenchmarkHelp.*op|otel explain|^(---|FAIL|ok)'
