#include <stdio.h>
#include <sys/stat.h>

#include "os/file.h"
#include "test.h"

static Str names_in(Arena *a, Str dir, Diags *d)
{
	StrList names = {.arena = a};

	CHECK(dir_list(dir, &names, d));
	return str_join(a, &names, S(" "));
}

TEST(test_read_write)
{
	static const struct {
		const char *name;
		Str text;
		int mode;
	} rows[] = {
		{"empty", {"", 0}, 0600},
		{"bytes", {"a\0b\n", 4}, 0644},
		{"run", {"#!", 2}, 0755},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Str path = path_join(&a, test_dir(), str_from(rows[i].name)), got;
		FileInfo info;
		test_row = rows[i].name;
		CHECK(file_write_atomic(path, S("before"), 0600, &d));
		CHECK(file_write_atomic(path, rows[i].text, rows[i].mode, &d));
		CHECK(file_read(&a, path, &got, &d));
		CHECK_STR(got, rows[i].text);
		CHECK(got.p[got.len] == '\0');
		FileMap mapped;
		CHECK(file_map(path, &mapped, &d));
		CHECK_STR(mapped.text, rows[i].text);
		file_unmap(&mapped);
		CHECK(file_stat(path, &info));
		CHECK(info.mode == rows[i].mode && info.size == got.len && !info.is_dir);
		arena_free(&a);
	}
}

// Files that tell no size: proc and pipes.
TEST(test_read_unsized)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str got;

	CHECK(file_read(&a, S("/proc/self/maps"), &got, &d));
	CHECK(got.len > 0);
	arena_free(&a);
}

// Whichever call fails: one message, the old file as it was, no file beside it.
TEST(test_full_disk)
{
	Arena a = {0};
	Diags none = {.arena = &a};
	Str path = path_join(&a, test_dir(), S("f")), got;
	int n = 0;

	CHECK(file_write_atomic(path, S("before"), 0600, &none));
	for (bool ok = false; !ok && n < 100; n++) {
		Diags d = {.arena = &a};
		char row[32];
		snprintf(row, sizeof(row), "call %d fails", n);
		test_row = row;
		test_fail_at(n);
		ok = file_write_atomic(path, S("after that"), 0600, &d);
		test_fail_at(-1);
		CHECK(file_read(&a, path, &got, &none));
		CHECK_STR(got, ok ? S("after that") : S("before"));
		CHECK_STR(names_in(&a, test_dir(), &none), S("f"));
		if (ok)
			continue;
		CHECK(d.nerror == 1);
		CHECK_STR(diag_line(&a, d.first),
			str_format(&a, "error: cannot write '%.*s': No space left on device",
				STR_ARG(path)));
	}
	CHECK(n > 4); // write, fchmod, close, rename
	arena_free(&a);
}

TEST(test_faults)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	StrList names = {.arena = &a};
	Str dir = test_dir(), got;

	CHECK(!file_read(&a, S("/nowhere/f"), &got, &d));
	CHECK(!file_read(&a, S("/"), &got, &d));
	CHECK(!file_write_atomic(S("/nowhere/f"), S(""), 0600, &d));
	CHECK(!dir_make_all(S("/proc/nowhere"), &d));
	CHECK(!dir_make_all(S("/dev/null/x"), &d));
	CHECK(!dir_list(S("/nowhere"), &names, &d));
	CHECK(!file_link(S("x"), dir, &d));
	CHECK_STR(test_diags(&a, &d),
		str_format(&a,
			"error: cannot read '/nowhere/f': No such file or directory\n"
			"error: cannot read '/': Is a directory\n"
			"error: cannot write '/nowhere/f': No such file or directory\n"
			"error: cannot make folder '/proc/nowhere': No such file or directory\n"
			"error: cannot make folder '/dev/null/x': Not a directory\n"
			"error: cannot read folder '/nowhere': No such file or directory\n"
			"error: cannot link '%.*s': File exists",
			STR_ARG(dir)));
	arena_free(&a);
}

TEST(test_folders)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str dir = test_dir();
	Str deep = path_join(&a, dir, S("a/b/c"));
	FileInfo info;

	CHECK(dir_make_all(deep, &d) && dir_make_all(deep, &d));
	CHECK(file_stat(path_dir(deep), &info) && info.is_dir && info.mode == 0700);
	CHECK(file_write_atomic(path_join(&a, deep, S("f")), S("x"), 0400, &d));
	CHECK(file_write_atomic(path_join(&a, dir, S("kept")), S("x"), 0600, &d));
	CHECK(file_link(path_join(&a, dir, S("kept")), path_join(&a, deep, S("link")), &d));
	CHECK_STR(names_in(&a, deep, &d), S("f link"));

	CHECK(file_remove_tree(path_join(&a, dir, S("a")), &d));
	CHECK(file_remove_tree(path_join(&a, dir, S("a")), &d)); // nothing there: done
	CHECK_STR(names_in(&a, dir, &d), S("kept"));
	arena_free(&a);
}

TEST(test_publish)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str dir = path_join(&a, test_dir(), S("d")), temp[2], got;

	for (isize i = 0; i < countof(temp); i++) {
		Str text = str_format(&a, "%d", (int)i);
		CHECK(dir_make_temp(&a, dir, &temp[i], &d));
		CHECK(file_write_atomic(path_join(&a, temp[i], S("f")), text, 0600, &d));
	}
	CHECK(dir_publish(temp[0], dir, &d) && dir_publish(temp[1], dir, &d));
	CHECK(file_read(&a, path_join(&a, dir, S("f")), &got, &d));
	CHECK_STR(got, S("0")); // the first stays
	CHECK_STR(names_in(&a, test_dir(), &d), S("d"));
	arena_free(&a);
}

// What others could have written to is refused; what is not there yet is fine.
TEST(test_private)
{
	static const struct {
		const char *name;
		mode_t mode;
		bool fine;
	} rows[] = {
		{"ours", 0700, true},
		{"readable", 0755, true},
		{"group", 0770, false},
		{"world", 0777, false},
		{"sticky", 01777, false},
	};
	CPath c;

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Str dir = path_join(&a, test_dir(), str_from(rows[i].name));
		test_row = rows[i].name;
		CHECK(dir_check_private(dir, &d));
		CHECK(dir_make_all(dir, &d) && chmod(path_c(&c, dir), rows[i].mode) == 0);
		CHECK(dir_check_private(dir, &d) == rows[i].fine);
		Str want = str_format(&a, "error: others may write to '%.*s'", STR_ARG(dir));
		CHECK_STR(test_diags(&a, &d), rows[i].fine ? S("") : want);
		arena_free(&a);
	}
}

SUITE(os_file, RUN(test_read_write), RUN(test_read_unsized), RUN(test_full_disk), RUN(test_faults),
	RUN(test_folders), RUN(test_publish), RUN(test_private));
