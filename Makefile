# make                 build/otel
# make demo            set up, build, and show a trace of examples/
# make test            set up, and run all the tests that CI runs
# make check           C tests: unit, golden, fuzz corpus; MODE=asan: under AddressSanitizer and UBSan
# make lint            formatting, layers, headers, warnings, clang-tidy, cppcheck, Go vet, staticcheck
# make bench           the figures of bench/
# make layout          go/layout.txt: which functions of ours requests run
# make soak            a woven server answers two million requests
# make man             build/otel.1
# make dist            build/dist: the release, static and reproducible
# make dist-arm64      the same for arm64
# make install         set up, build, and put it into $(DESTDIR)$(PREFIX)/bin, with man page and completions
# make clean
#
# Each area brings its own targets in a rules.mk, and adds those that belong to
# the above to CHECK_TARGETS, TEST_TARGETS, LINT_TARGETS or BENCH_TARGETS.
MODE   ?= release
PREFIX ?= /usr/local
B      := build/$(MODE)

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:

CFLAGS_release := -O2 -g
CFLAGS_debug   := -Og -g
CFLAGS_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_cover   := -O0 -g --coverage

CC   := gcc
WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wundef -Wformat=2 -Wpointer-arith -Wcast-qual -Wwrite-strings

# Asked of pkg-config once, and only by what compiles: the libraries may be yet to install.
PACKAGES := yaml-0.1 jansson nettle
ask_pkg      = $(or $(shell pkg-config $(1) && echo ' '),$(error a library is missing: run tools/setup))
PKG_CFLAGS   = $(eval PKG_CFLAGS := $(call ask_pkg,--cflags $(PACKAGES)))$(PKG_CFLAGS)
PKG_LIBS     = $(call ask_pkg,--libs $(PACKAGES))
STATIC_LIBS  = $(call ask_pkg,--static --libs $(PACKAGES))
CMOCKA_LIBS  = $(call ask_pkg,--libs cmocka)

CPPFLAGS  += -Isrc -Itests -D_GNU_SOURCE -D_DARWIN_C_SOURCE
ALL_CFLAGS = -std=c11 -fno-common $(WARN) $(CFLAGS_$(MODE)) $(PKG_CFLAGS) -MMD -MP $(CFLAGS)
LINK       = @echo 'ld $@'; $(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@

MAIN   := src/cmd/main.c src/text/bundle_data.c
LIB    := $(filter-out $(MAIN),$(wildcard src/*/*.c))
UNIT   := $(wildcard tests/unit/*.c)
SUITES := $(patsubst tests/unit/t_%.c,%,$(filter tests/unit/t_%,$(UNIT)))
HEADERS := $(wildcard src/*/*.h tests/*.h)
LIB_O  := $(LIB:%.c=$(B)/%.o)
MAIN_O := $(MAIN:%.c=$(B)/%.o)
UNIT_O := $(UNIT:%.c=$(B)/%.o)

CHECK_TARGETS := check-unit
TEST_TARGETS  := check-asan
LINT_TARGETS  := lint-format lint-layers lint-headers lint-warnings lint-tidy lint-cppcheck lint-go
BENCH_TARGETS :=

.PHONY: all demo test check check-unit check-asan lint $(LINT_TARGETS) objects bench man dist dist-arm64 install clean
all: $(if $(filter release,$(MODE)),build/otel,$(B)/otel)

-include $(wildcard tests/*/rules.mk bench/rules.mk bench/*/rules.mk go/rules.mk examples/rules.mk)

build/otel: build/release/otel
	cp $< $@.new && mv $@.new $@ # a running otel keeps its file

# Static, where the mode allows it: go starts us for every tool that it runs, and
# the dynamic linker alone would take two milliseconds of each.
STATIC_release := -static
$(B)/otel: $(MAIN_O) $(B)/lib.a
	$(LINK) $(STATIC_$(MODE)) $^ $(if $(STATIC_$(MODE)),$(STATIC_LIBS),$(PKG_LIBS))

$(B)/lib.a: $(LIB_O)
	@rm -f $@
	@$(AR) rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo 'cc $<'
	@$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Our Go modules and what they import, linked into the tool.
build/bundle.tar: tools/bundle tools/layout/main.go go/layout.txt $(shell find go/runtime go/hooks go/otelc ! -name '*_test.go' 2>/dev/null)
	@mkdir -p $(@D)
	tools/bundle $@

$(B)/src/text/bundle_data.o: build/bundle.tar
$(B)/src/text/bundle_data.o: CPPFLAGS += -DBUNDLE='"build/bundle"'

demo:
	tools/setup
	$(MAKE) all
	examples/demo.sh

test:
	tools/setup
	$(MAKE) all
	tools/run-tests $(CHECK_TARGETS) $(TEST_TARGETS)

check:
	tools/run-tests $(CHECK_TARGETS)

check-asan:
	$(MAKE) MODE=asan check

check-unit: $(B)/unit
	@$(B)/unit

# The system calls that tests/unit/faults.c can make fail.
WRAP := write close fchmod mkdir rename
$(B)/unit: $(UNIT_O) $(B)/lib.a
	$(LINK) $(WRAP:%=-Wl,--wrap=%) $^ $(PKG_LIBS) $(CMOCKA_LIBS)

# The suites are found by the names of their files.
$(B)/tests/unit/main.o: CPPFLAGS += -I$(B)
$(B)/tests/unit/main.o: $(B)/suites.h
$(B)/suites.h: tests/unit
	@mkdir -p $(@D)
	@echo '#define SUITES(X)$(foreach s,$(SUITES), X($(s)))' >$@

lint:
	tools/setup lint
	tools/run-tests $(LINT_TARGETS)

lint-format:
	clang-format --dry-run -Werror $$(find src tests -name '*.[ch]')

lint-layers:
	tools/check-layers.sh

lint-headers: # each stands alone
	for h in $(HEADERS); do \
		$(CC) $(CPPFLAGS) -std=c11 -Wall -Werror -fsyntax-only -x c $$h || exit 1; done

lint-warnings:
	$(MAKE) CC=gcc MODE=gcc CFLAGS='-O2 -Werror' objects
	$(MAKE) CC=clang MODE=clang CFLAGS='-O2 -Werror' objects

objects: $(LIB_O) $(MAIN_O) $(UNIT_O)

lint-tidy:
	printf '%s\n' $(LIB) src/cmd/main.c | xargs -P "$$(nproc)" -n 8 sh -c 'clang-tidy --quiet "$$@" 2>/dev/null -- $(CPPFLAGS) -std=c11' tidy

lint-cppcheck:
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --library=tools/cppcheck.cfg -j "$$(nproc)" \
		--enable=warning,performance,portability --suppress=missingIncludeSystem -Isrc src

lint-go:
	tools/lint-go

bench: $(BENCH_TARGETS)

man: build/otel.1
build/otel.1: build/otel
	build/otel man >$@

ARCH = $(shell $(CC) -dumpmachine | sed 's/-.*//; s/x86_64/amd64/; s/aarch64/arm64/')
dist: build/otel $(B)/otel.stripped
	tools/dist $(B)/otel.stripped $(ARCH) build/otel

# The same for arm64, by Debian's cross compiler and its libraries of that architecture.
dist-arm64: build/otel
	tools/setup arm64
	PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig $(MAKE) \
		CC=aarch64-linux-gnu-gcc MODE=arm64 CFLAGS='$(CFLAGS_release)' dist

$(B)/otel.stripped: $(MAIN_O) $(B)/lib.a
	$(LINK) -static -s -Wl,--build-id=none $^ $(STATIC_LIBS)

SHARE = $(DESTDIR)$(PREFIX)/share
install:
	tools/setup build
	$(MAKE) all man
	install -D build/otel $(DESTDIR)$(PREFIX)/bin/otel
	install -D -m 644 build/otel.1 $(SHARE)/man/man1/otel.1
	mkdir -p $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	build/otel completion bash >$(SHARE)/bash-completion/completions/otel
	build/otel completion zsh >$(SHARE)/zsh/site-functions/_otel
	build/otel completion fish >$(SHARE)/fish/vendor_completions.d/otel.fish

clean:
	rm -rf build

-include $(LIB_O:.o=.d) $(MAIN_O:.o=.d) $(UNIT_O:.o=.d)
