#include "cmd/made.h"

#include "os/file.h"
#include "test.h"

// archive writes one with a build id of go's.
static Archive archive(Arena *a, const char *name, const char *id)
{
	Diags d = {.arena = a};
	Str path = path_join(a, test_dir(), str_from(name));

	CHECK(file_write_atomic(path,
		str_format(a, "!<arch>\n__.PKGDEF\ngo object\nbuild id \"%s\"\n", id), 0600, &d));
	return (Archive){.file = path};
}

static Made made_in(Arena *a)
{
	static const char digits[] = "0123456789abcdef";
	Diags d = {.arena = a};
	Str store = path_join(a, test_dir(), S("store"));

	CHECK(file_remove_tree(store, &d));
	for (int i = 0; i < 256; i++) // as go makes them
		CHECK(dir_make_all(
			str_format(a, "%.*s/%c%c", STR_ARG(store), digits[i / 16], digits[i % 16]),
			&d));
	return (Made){.arena = a, .store = store, .config = path_join(a, test_dir(), S("cfg"))};
}

static Str text_of(Arena *a, Archive ar)
{
	Diags d = {.arena = a};
	Str text;

	CHECK(file_read(a, ar.file, &text, &d));
	return text;
}

// What was made is found for the same archive and the same way, and for nothing else.
TEST(test_found)
{
	static const struct {
		const char *what, *id, *how, *then_id, *then_how;
		bool found;
	} rows[] = {
		{"the same", "act/cont", "lead f", "act/cont", "lead f", true},
		{"another way", "act/cont", "lead f", "act/cont", "lead g", false},
		{"another content", "act/cont", "lead f", "act/other", "lead f", false},
		{"not finished by go", "act/act", "lead f", "act/act", "lead f", false},
		{"without a content", "act", "lead f", "act", "lead f", false},
		{"without an id", "", "lead f", "", "lead f", false},
		{"a way that nothing tells", "act/cont", "", "act/cont", "", false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Made m = made_in(&a);
		test_row = rows[i].what;
		Archive ar = archive(&a, "a", rows[i].id);
		CHECK(!made_find(&m, &ar, str_from(rows[i].how)));
		CHECK(made_put(&m, &ar, str_from(rows[i].how), S("made"), &d));
		CHECK_STR(text_of(&a, ar), S("made"));

		Archive again = archive(&a, "again", rows[i].then_id);
		Str file = again.file;
		CHECK(made_find(&m, &again, str_from(rows[i].then_how)) == rows[i].found);
		CHECK_STR(again.file, rows[i].found ? ar.file : file);
		arena_free(&a);
	}
}

// What is made of that in turn is known by both steps.
TEST(test_steps)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Made m = made_in(&a);
	Archive ar = archive(&a, "a", "act/cont"), other = ar, again = ar;

	CHECK(made_put(&m, &ar, S("first"), S("1"), &d));
	CHECK(made_put(&m, &ar, S("second"), S("1 2"), &d));
	CHECK(made_put(&m, &other, S("other"), S("x"), &d));
	CHECK(!made_find(&m, &other, S("second")));
	CHECK(made_find(&m, &again, S("first")) && made_find(&m, &again, S("second")));
	CHECK_STR(text_of(&a, again), S("1 2"));
	arena_free(&a);
}

// Package main's lie beside the file of -importcfg, each time anew.
TEST(test_own)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Made m = made_in(&a);
	Archive ar = archive(&a, "a", "act/cont");

	ar.own = true;
	CHECK(made_put(&m, &ar, S("lead"), S("1"), &d));
	CHECK(str_ends(ar.file, S("/cfg.otel-0.a")));
	CHECK(!made_find(&m, &ar, S("second")));
	CHECK(made_put(&m, &ar, S("second"), S("2"), &d));
	CHECK(str_ends(ar.file, S("/cfg.otel-1.a")));
	arena_free(&a);
}

// What is damaged is not taken, and is written again; where nothing can be kept, it is for this
// link.
TEST(test_damaged)
{
	static const char *const rows[] = {"cut", "another", "gone"};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Made m = made_in(&a);
		Archive first = archive(&a, "a", "act/cont"), ar = first, again = first;
		test_row = rows[i];
		CHECK(made_put(&m, &ar, S("lead"), S("made"), &d));
		Str kept = ar.file;
		if (i == 2)
			CHECK(file_remove_tree(kept, &d));
		else
			CHECK(file_write_atomic(kept, i == 0 ? S("mad") : S("fade"), 0600, &d));
		CHECK(!made_find(&m, &again, S("lead")));
		CHECK_STR(again.file, first.file);
		CHECK(made_put(&m, &again, S("lead"), S("made"), &d));
		CHECK(made_find(&m, &first, S("lead")));
		CHECK_STR(first.file, kept);

		m.store = S("/nowhere");
		Archive last = archive(&a, "a", "act/cont");
		CHECK(made_put(&m, &last, S("lead"), S("made"), &d) && d.nerror == 0);
		CHECK(str_ends(last.file, S("/cfg.otel-0.a")));
		arena_free(&a);
	}
}

SUITE(cmd_made, RUN(test_found), RUN(test_steps), RUN(test_own), RUN(test_damaged));
