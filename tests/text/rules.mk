# Our templates and regular expressions against Go's: see tests/text/main.go.
.PHONY: check-text
check-text: $(B)/text_ours
	cd tests/text && go run . -n $(or $(N),3000) -seed $(or $(SEED),1) $(abspath $<)

$(B)/text_ours: $(B)/tests/text/ours/main.o $(B)/lib.a
	$(LINK) $^ $(PKG_LIBS)

TEST_TARGETS += check-text
