# Fuzzing: see tests/fuzz/fuzz.h.
#
#	make fuzz T=parser          fuzz one target for SECONDS=60; installs clang
#	make check-fuzz             run all targets over the corpus
FUZZ_TARGETS := lexer parser regex rule template types weaver
FUZZ_SEEDS    = $(addprefix $(shell go env GOROOT)/src/,go/parser/testdata go/printer/testdata \
	internal/types/testdata/fixedbugs internal/types/testdata/spec go/doc/testdata)
FUZZ_DIR     ?= build/fuzz

.PHONY: fuzz check-fuzz setup-fuzz
.SECONDARY: $(FUZZ_TARGETS:%=$(B)/tests/fuzz/fuzz_%.o) $(B)/tests/fuzz/fuzz.o $(B)/tests/fuzz/replay.o
CHECK_TARGETS += check-fuzz

check-fuzz: $(FUZZ_TARGETS:%=$(B)/fuzz_%)
	@for t in $^; do $$t tests/fuzz/corpus/* || { echo "$$t failed"; exit 1; }; done
	@echo "fuzz corpus: $(words $(wildcard tests/fuzz/corpus/*)) inputs, $(words $^) targets"

$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/fuzz.o $(B)/tests/fuzz/replay.o $(B)/lib.a
	$(LINK) $^ $(PKG_LIBS)

setup-fuzz:
	@tools/setup fuzz

fuzz: $(FUZZ_DIR)/$(T)
	@mkdir -p $(FUZZ_DIR)/corpus_$(T)
	$< -max_total_time=$(or $(SECONDS),60) -max_len=8192 -timeout=20 -print_final_stats=1 \
		-dict=tests/fuzz/go.dict -artifact_prefix=$(FUZZ_DIR)/$(T)- \
		$(FUZZ_DIR)/corpus_$(T) tests/fuzz/corpus $(FUZZ_SEEDS)

$(FUZZ_DIR)/%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.c $(wildcard src/*/*.[ch]) | setup-fuzz
	@mkdir -p $(@D)
	clang $(CPPFLAGS) -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		$(PKG_CFLAGS) -o $@ $(filter tests/%.c,$^) $(filter-out src/cmd/% src/plan/% src/text/bundle.c,$(LIB)) $(PKG_LIBS)
