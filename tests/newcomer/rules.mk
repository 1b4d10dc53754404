# A newcomer with the README and a program of their own: see tests/newcomer/newcomer_test.go.
NEWCOMER = cd tests/newcomer && go vet ./... && go test -count=1 -v -timeout 90m

.PHONY: test-newcomer test-dist-roots
test-newcomer:
	$(NEWCOMER) .

# The release, and the clone, in empty Debian 11 and 12 and a root of busybox and musl; as
# root, with debootstrap. Fetches them once: minutes.
test-dist-roots: dist
	$(NEWCOMER) -roots .

TEST_TARGETS += test-newcomer
