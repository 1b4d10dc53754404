// The unit tests: all of them, or the suites that are named.
#include <stdio.h>

#include "base/buf.h"
#include "os/file.h"
#include "suites.h" // made by the Makefile: SUITES(X) X(base_str) X(...)
#include "test.h"

#define DECLARE(name) extern const struct CMUnitTest suite_##name[];
SUITES(DECLARE)

const char *test_row = "";

static struct {
	int failures; // of CHECK, in the running test
	Arena arena;
	Str dir; // of test_dir
} running;

bool test_check(const char *file, int line, bool ok, const char *what)
{
	if (!ok) {
		running.failures++;
		fprintf(stderr, "%s:%d: failed: %s [%s]\n", file, line, what, test_row);
	}
	return ok;
}

bool test_str(const char *file, int line, Str got, Str want)
{
	if (test_check(file, line, str_eq(got, want), "same text"))
		return true;
	fprintf(stderr, "\tgot:  %.*s\n\twant: %.*s\n", STR_ARG(got), STR_ARG(want));
	return false;
}

Str test_diags(Arena *a, const Diags *d)
{
	StrBuf b = {.arena = a};

	for (const Diag *diag = d->first; diag; diag = diag->next) {
		if (b.len > 0)
			buf_add(&b, S("\n"));
		buf_add(&b, diag_line(a, diag));
		if (diag->help.len > 0)
			buf_addf(&b, "\nhelp: %.*s", STR_ARG(diag->help));
	}
	return buf_str(&b);
}

Str test_dir(void)
{
	Diags d = {.arena = &running.arena};

	if (running.dir.len == 0)
		ensure(dir_make_temp(&running.arena, S("/tmp/otel-unit"), &running.dir, &d));
	return running.dir;
}

int test_begin(void **state __attribute__((unused)))
{
	test_row = "";
	running.failures = 0;
	return 0;
}

int test_end(void **state __attribute__((unused)))
{
	Diags d = {.arena = &running.arena};

	if (running.dir.len > 0)
		ensure(file_remove_tree(running.dir, &d));
	arena_free(&running.arena);
	running.dir = S("");
	return running.failures > 0;
}

static const struct {
	const char *name;
	const struct CMUnitTest *tests; // ends with a zero one
} suites[] = {
#define ROW(name) {#name, suite_##name},
	SUITES(ROW)};

static bool wanted(const char *name, char **names, int n)
{
	for (int i = 0; i < n; i++) {
		if (str_eq(str_from(names[i]), str_from(name)))
			return true;
	}
	return n == 0;
}

int main(int argc, char **argv)
{
	size_t total = 0;
	int failed = 0;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	for (isize i = 0; i < countof(suites); i++) {
		size_t n = 0;
		while (suites[i].tests[n].name)
			n++;
		if (!wanted(suites[i].name, argv + 1, argc - 1))
			continue;
		failed += _cmocka_run_group_tests(suites[i].name, suites[i].tests, n, NULL, NULL);
		total += n;
	}
	printf("%d passed, %d failed\n", (int)total - failed, failed);
	return failed > 0 || total == 0; // a suite that is not there
}
