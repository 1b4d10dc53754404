# What help tells of is completed by bash, zsh and fish, and is in the man page.
.PHONY: test-completion
test-completion: build/otel
	tools/setup shells
	cd tests/completion && go vet ./... && go test -count=1 -v ./...

TEST_TARGETS += test-completion
