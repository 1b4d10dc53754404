#include "base/buf.h"
#include "test.h"
#include "weave/archive.h"

static void add_member(StrBuf *b, const char *name, Str body)
{
	buf_addf(b, "%-16s%-12d%-6d%-6d%-8o%-10td`\n", name, 0, 0, 0, 0644u, body.len);
	buf_add(b, body);
	if (body.len & 1)
		buf_add(b, S("\n"));
}

// An archive as the compiler writes it, with an object that go has appended.
static Str archive(Arena *a, const char *data, const char *code, const char *asm_code)
{
	StrBuf b = {.arena = a};
	Str head = S("go object linux amd64 go1.26.8\nbuild id \"ACT-ion_1/con-TENT\"\n\n");

	buf_add(&b, S("!<arch>\n"));
	add_member(&b, "__.PKGDEF", str_format(a, "%.*s\n$$B\n%s\n$$\n", STR_ARG(head), data));
	add_member(&b, "_go_.o", str_format(a, "%.*s\n!\n%s", STR_ARG(head), code));
	if (asm_code)
		add_member(&b, "asm_amd64.o", str_from(asm_code));
	return buf_str(&b);
}

TEST(test_action_id)
{
	Arena a = {0};

	CHECK_STR(archive_action_id(archive(&a, "d", "c", NULL)), S("ACT-ion_1"));
	CHECK_STR(archive_action_id(S("!<arch>\nno build id")), S(""));
	CHECK_STR(archive_action_id(S("")), S(""));
	arena_free(&a);
}

TEST(test_head)
{
	Arena a = {0};
	Str whole = archive(&a, "d", "c", NULL);

	CHECK_STR(archive_id(whole), S("ACT-ion_1/con-TENT"));
	CHECK_STR(archive_compiler(whole), S("go object linux amd64 go1.26.8"));
	CHECK_STR(archive_compiler(S("!<arch>\nno line")), S(""));
	arena_free(&a);
}

// Only what the compiler alone has written, and all of it, is bare.
TEST(test_bare)
{
	Arena a = {0};
	Str bare = archive(&a, "data", "code", NULL), cut = str_slice(bare, 0, bare.len - 2);

	CHECK(str_ends(archive_bare(bare), S("\n!\ncode")));
	CHECK_STR(archive_bare(archive(&a, "data", "code", "asm")), S(""));
	CHECK_STR(archive_bare(cut), S(""));
	CHECK_STR(archive_bare(str_format(&a, "%.*sx", STR_ARG(bare))), S(""));
	CHECK_STR(archive_bare(S("!<arch>\n")), S(""));
	CHECK_STR(archive_bare(S("")), S(""));
	arena_free(&a);
}

TEST(test_set_id)
{
	Arena a = {0};
	Str plain = archive(&a, "data", "code", NULL), made, back;

	CHECK(archive_set_id(&a, plain, S("NEW-id_12/new-TENT"), &made));
	CHECK(made.len == plain.len && str_find(made, S("ACT-ion_1")) < 0);
	CHECK_STR(archive_id(made), S("NEW-id_12/new-TENT"));
	CHECK(str_find(archive_bare(made), S("build id \"NEW-id_12/new-TENT\"")) > 0);
	CHECK(archive_set_id(&a, made, S("ACT-ion_1/con-TENT"), &back));
	CHECK_STR(back, plain);
	CHECK(!archive_set_id(&a, plain, S("other/length"), &made));
	CHECK(!archive_set_id(&a, S("!<arch>\n"), S(""), &made));
	arena_free(&a);
}

// The head of another archive is read in two steps.
TEST(test_head_code)
{
	Arena a = {0};
	Str whole = archive(&a, "data", "code", "asm"), first = str_slice(whole, 0, 100);

	CHECK(archive_head_size(first) > str_find(whole, S("_go_.o")));
	CHECK(str_ends(archive_head_code(whole), S("\n!\ncode")));
	CHECK_STR(archive_head_code(first), S(""));
	CHECK(archive_head_size(S("!<arch>\n")) == 0);
	for (isize n = 0; n < whole.len; n++) {
		ArenaMark m = arena_mark(&a);
		Str cut = str_dup(&a, str_slice(whole, 0, n));
		archive_head_size(cut);
		archive_head_code(cut);
		archive_bare(cut);
		archive_compiler(cut);
		archive_set_id(&a, cut, S("NEW-id_12/new-TENT"), &cut);
		arena_rewind(&a, m);
	}
	arena_free(&a);
}

TEST(test_export_data)
{
	Arena a = {0};
	Str x, y, z;

	CHECK(archive_export_data(archive(&a, "data", "code", NULL), &x));
	CHECK(archive_export_data(archive(&a, "data", "other", "asm"), &y));
	CHECK(archive_export_data(archive(&a, "more data", "code", NULL), &z));
	CHECK_STR(x, y);
	CHECK(!str_eq(x, z));
	arena_free(&a);
}

// The code comes from the woven archive; export data and assembly stay.
TEST(test_exchange)
{
	static const char *const codes[] = {"", "x", "xy", "a longer piece of code than before"};

	for (isize i = 0; i < countof(codes); i++) {
		Arena a = {0};
		Str plain = archive(&a, "data", "code", "asm!"),
		    woven = archive(&a, "other", codes[i], NULL), out;

		test_row = codes[i];
		CHECK(archive_exchange(&a, plain, woven, &out));
		CHECK_STR(out, archive(&a, "data", codes[i], "asm!"));
		arena_free(&a);
	}
}

TEST(test_broken)
{
	Arena a = {0};
	Str good = archive(&a, "data", "code", "asm"), out;

	isize whole = archive(&a, "data", "code", NULL).len; // without the last member

	// However much of it is missing, nothing outside is read and nothing is made up.
	for (isize n = 0; n < good.len - 1; n++) {
		char *cut = arena_array(&a, char, n);
		for (isize k = 0; k < n; k++)
			cut[k] = good.p[k];
		bool padded = n == whole || n == whole - 1; // the last byte may be padding
		CHECK(!archive_exchange(&a, (Str){cut, n}, good, &out) || padded);
		archive_export_data((Str){cut, n}, &out);
		archive_action_id((Str){cut, n});
	}
	CHECK(!archive_exchange(&a, good, S("!<arch>\n"), &out));
	arena_free(&a);
}

SUITE(weave_archive, RUN(test_action_id), RUN(test_head), RUN(test_bare), RUN(test_set_id),
	RUN(test_head_code), RUN(test_export_data), RUN(test_exchange), RUN(test_broken));
