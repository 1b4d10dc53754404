# Properties of the weaver: see tests/properties/README.md.
.PHONY: check-properties check-properties-sample
check-properties: build/otel
	OTEL=build/otel tests/properties/check.sh all

check-properties-sample: build/otel
	OTEL=build/otel tests/properties/check.sh sample


TEST_TARGETS += check-properties-sample
