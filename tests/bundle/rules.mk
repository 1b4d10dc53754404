TEST_TARGETS += test-bundle
.PHONY: test-bundle
test-bundle: build/bundle.tar
	tests/bundle/offline.sh $<
