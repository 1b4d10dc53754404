// test.h - what our unit tests add to cmocka: tables.
//
// A test goes through the rows of a table and names the row it is in; a CHECK
// that fails is reported with it, and the test goes on with the next row. A
// file tests/unit/t_NAME.c holds one suite, SUITE(NAME); the Makefile finds it.
//
//	TEST(test_cut)
//	{
//		static const struct { const char *in, *want; } rows[] = {...};
//		for (isize i = 0; i < countof(rows); i++) {
//			test_row = rows[i].in;
//			CHECK_STR(cut(str_from(rows[i].in)), str_from(rows[i].want));
//		}
//	}
//
//	SUITE(base_str, RUN(test_cut), RUN(test_join));
#ifndef TEST_H
#define TEST_H

// What cmocka.h wants before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/diag.h"

#define TEST(name) static void name(void **state __attribute__((unused)))
#define RUN(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)
#define SUITE(name, ...) const struct CMUnitTest suite_##name[] = {__VA_ARGS__, {0}}

#define CHECK(cond) test_check(__FILE__, __LINE__, cond, #cond)
#define CHECK_STR(got, want) test_str(__FILE__, __LINE__, got, want)

extern const char *test_row; // which row of a table we are in, for messages

bool test_check(const char *file, int line, bool ok, const char *what);
bool test_str(const char *file, int line, Str got, Str want);

// test_diags returns all diagnostics as text, one line each, with the help
// lines: what a table compares.
Str test_diags(Arena *a, const Diags *d);

// test_dir makes an empty folder for the running test; it is removed at its end.
Str test_dir(void);

// test_fail_at makes the n-th call from now on that changes a file, counted from
// 0, fail with ENOSPC; -1 ends that.
void test_fail_at(int n);

int test_begin(void **state);
int test_end(void **state);

#endif
