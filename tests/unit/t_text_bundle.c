#include "os/file.h"
#include "os/proc.h"
#include "test.h"
#include "text/bundle.h"

// The tests have a bundle of their own, made by tar.
static Str bytes, digest;

Str bundle_bytes(void)
{
	return bytes;
}

Str bundle_digest(void)
{
	return digest;
}

// make_tar packs a small tree, one path longer than the 100 bytes of a header's field.
static Str make_tar(Arena *a, Diags *d)
{
	StrList argv = {.arena = a};
	ProcResult res = {0};

	strlist_add(&argv, S("sh"));
	strlist_add(&argv, S("-c"));
	strlist_add(
		&argv, S("d=in/$(printf %060d 0)/$(printf %060d 0) && mkdir -p in/go/empty $d && "
			 "printf hello >in/go/f && printf deep >$d/g && "
			 "tar -c --format=ustar -C in --sort=name ."));
	CHECK(proc_run(
		a, &(ProcSpec){.argv = &argv, .dir = test_dir(), .capture_out = true}, &res, d));
	CHECK(res.status == 0);
	return res.out;
}

static Str text_of(Arena *a, Str dir, Str name)
{
	Diags d = {.arena = a};
	Str text = S("");

	file_read(a, path_join(a, dir, name), &text, &d);
	return text;
}

static isize count_in(Arena *a, Str dir)
{
	Diags d = {.arena = a};
	StrList names = {.arena = a};

	CHECK(dir_list(dir, &names, &d));
	return names.n;
}

TEST(test_ready)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str cache = path_join(&a, test_dir(), S("cache")), dir;

	bytes = make_tar(&a, &d);
	digest = S("0123456789abcdef0123");
	CHECK(bundle_ready(&a, cache, &dir, &d));
	CHECK_STR(dir, path_join(&a, cache, S("bundle/0123456789abcdef")));
	CHECK_STR(text_of(&a, dir, S("go/f")), S("hello"));
	CHECK_STR(text_of(&a, dir, str_format(&a, "%060d/%060d/g", 0, 0)), S("deep"));
	CHECK(file_is_dir(path_join(&a, dir, S("go/empty"))));

	bytes = S("not looked at again");
	CHECK(bundle_ready(&a, cache, &dir, &d));
	CHECK(count_in(&a, path_dir(dir)) == 1);
	arena_free(&a);
}

// Two at once: one folder, whole.
TEST(test_two)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str tar = make_tar(&a, &d), dir = path_join(&a, test_dir(), S("out"));

	CHECK(bundle_unpack(tar, dir, &d) && bundle_unpack(tar, dir, &d));
	CHECK_STR(text_of(&a, dir, S("go/f")), S("hello"));
	CHECK(count_in(&a, test_dir()) == 2); // in and out
	arena_free(&a);
}

// A damaged archive leaves nothing behind, and says so once.
TEST(test_damaged)
{
	static const struct {
		const char *name;
		isize at; // which byte of the archive is changed,
		char to;  // or, with '<', where it is cut off
	} rows[] = {
		{"no magic", 257, 'x'},
		{"size no number", 124, 'x'},
		{"size too large", 124, '7'},
		{"absolute", 0, '/'},
		{"a link", 156, '2'},
		{"cut off", 700, '<'},
		{"empty", 0, '<'},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Str tar = make_tar(&a, &d), dir = path_join(&a, test_dir(), S("out"));
		char *damaged = arena_array(&a, char, tar.len);
		test_row = rows[i].name;
		for (isize k = 0; k < tar.len; k++)
			damaged[k] = k == rows[i].at ? rows[i].to : tar.p[k];
		CHECK(!bundle_unpack(
			(Str){damaged, rows[i].to == '<' ? rows[i].at : tar.len}, dir, &d));
		CHECK_STR(test_diags(&a, &d), S("error: cannot unpack the bundle: it is damaged"));
		CHECK(count_in(&a, test_dir()) == 1); // in
		arena_free(&a);
	}
}

// Whichever write fails: one message, and nothing left.
TEST(test_full_disk)
{
	Arena a = {0};
	Diags none = {.arena = &a};
	Str tar = make_tar(&a, &none), dir = path_join(&a, test_dir(), S("out"));
	int n = 0;

	for (bool ok = false; !ok && n < 1000; n++) {
		Diags d = {.arena = &a};
		test_row = str_cstr(&a, str_format(&a, "call %d fails", n));
		test_fail_at(n);
		ok = bundle_unpack(tar, dir, &d);
		test_fail_at(-1);
		CHECK(ok ||
			(d.nerror == 1 && str_ends(d.first->text, S(": No space left on device"))));
		CHECK(count_in(&a, test_dir()) == (ok ? 2 : 1)); // in and, if whole, out
	}
	CHECK(n > 10);
	test_row = "";
	arena_free(&a);
}

TEST(test_unwritable)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str dir;

	digest = S("0123456789abcdef0123");
	CHECK(!bundle_ready(&a, S("/dev/null/otel"), &dir, &d));
	CHECK_STR(test_diags(&a, &d),
		S("error: cannot make folder '/dev/null/otel/bundle': Not a directory"));
	arena_free(&a);
}

// What was changed, cut off or removed is as it was again; a second time nothing is to do.
TEST(test_repair)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str tar = make_tar(&a, &d), dir = path_join(&a, test_dir(), S("out"));
	isize n;

	CHECK(bundle_unpack(tar, dir, &d));
	CHECK(bundle_repair(tar, dir, &n, &d) && n == 0);
	CHECK(file_write_atomic(path_join(&a, dir, S("go/f")), S("jello"), 0644, &d));
	CHECK(file_remove_tree(path_join(&a, dir, S("go/empty")), &d));
	CHECK(bundle_repair(tar, dir, &n, &d));
	CHECK(n == 2);
	CHECK_STR(text_of(&a, dir, S("go/f")), S("hello"));
	CHECK(bundle_repair(tar, dir, &n, &d) && n == 0);
	arena_free(&a);
}

SUITE(text_bundle, RUN(test_ready), RUN(test_repair), RUN(test_two), RUN(test_damaged),
	RUN(test_full_disk), RUN(test_unwritable));
