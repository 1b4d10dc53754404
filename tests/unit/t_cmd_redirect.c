#include <string.h>

#include "base/buf.h"
#include "cmd/redirect.h"
#include "test.h"

static void add_number(StrBuf *b, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		buf_add(b, (Str){(const char[]){(char)(n >> 8 * i)}, 1});
}

// A symbol whose name lies at 96 + at; ABI 1 is that of Go code.
static void add_symbol(StrBuf *b, uint32_t len, uint32_t at, char abi)
{
	add_number(b, len);
	add_number(b, 96 + at);
	buf_add(b, (Str){&abi, 1});
	buf_add(b, (Str){(const char[12]){0}, 12});
}

static void add_reloc(StrBuf *b, char off, uint32_t package, uint32_t index)
{
	buf_add(b, (Str){&off, 1});
	buf_add(b, (Str){(const char[14]){0}, 14});
	add_number(b, package);
	add_number(b, index);
}

enum { SELF = 0x7ffffffb, NONE = 0x7fffffff };

// The object of a package with its own functions p.f (by two ABIs) and p.g, and p.h, which
// others may call; p.h calls p.f, p.g and p.f, and p.g calls p.f. With led, as it is when p.h
// calls x.y for p.f.
static Str object(Arena *a, bool led)
{
	StrBuf b = {.arena = a};
	static const uint32_t sizes[19] = {
		[3] = 63, [6] = 21, [7] = 21, [11] = 20, [12] = 20, [13] = 20, [14] = 92};
	uint32_t at = 108, more = led ? 21 : 0, f = led ? NONE : SELF, index = led ? 2 : 1;

	buf_add(&b, S("\0go120ldfingers!flag"));
	for (int i = 0; i < 19; at += sizes[i++])
		add_number(&b, at + (i > 7 ? more : 0));
	buf_add(&b, S("p.fp.gp.hq.q"));
	add_symbol(&b, 3, 0, 0);
	add_symbol(&b, 3, 0, 1);
	add_symbol(&b, 3, 3, 1);
	add_symbol(&b, 3, 6, 1);
	add_symbol(&b, 3, 9, 1);
	if (led)
		add_symbol(&b, 3, 365 + 21 - 96, 1);
	for (int i = 0; i < 5; i++)
		add_number(&b, (const uint32_t[]){0, 0, 0, 1, 4}[i]);
	buf_add(&b, (Str){(const char[40]){0}, 40});
	add_reloc(&b, 1, SELF, 1);
	add_reloc(&b, 2, f, index);
	add_reloc(&b, 3, SELF, 2);
	add_reloc(&b, 4, f, index);
	if (led)
		buf_add(&b, S("x.y"));
	return buf_str(&b);
}

static Str archive(Arena *a, Str object)
{
	StrBuf b = {.arena = a};
	Str head = S("go object linux amd64\n!\n");

	buf_addf(&b, "!<arch>\n%-48s%-10d`\nabc\n%-48s%-10td`\n%.*s", "__.PKGDEF", 3, "_go_.o",
		head.len + object.len, STR_ARG(head));
	buf_add(&b, object);
	if (b.len & 1)
		buf_add(&b, S("\n"));
	buf_addf(&b, "%-48s%-10d`\nasm!", "asm.o", 4);
	return buf_str(&b);
}

// All calls of the one function are led, and no other.
TEST(test_led)
{
	Arena a = {0};
	Str out, plain = archive(&a, object(&a, false));

	CHECK(redirect_call(&a, plain, S("p.h"), S("p.f"), S("x.y"), &out));
	CHECK_STR(out, archive(&a, object(&a, true)));
	arena_free(&a);
}

// What has been led is led further: the name of the first time is still found.
TEST(test_twice)
{
	Arena a = {0};
	Str once, twice, thrice, plain = archive(&a, object(&a, false));

	CHECK(redirect_call(&a, plain, S("p.h"), S("p.f"), S("x.y"), &once));
	CHECK(redirect_call(&a, once, S("p.h"), S("p.g"), S("x.z"), &twice));
	CHECK(redirect_call(&a, twice, S("p.h"), S("x.y"), S("z"), &thrice));
	CHECK(!redirect_call(&a, thrice, S("p.h"), S("x.y"), S("z"), &plain));
	CHECK(redirect_call(&a, thrice, S("p.h"), S("x.z"), S("z"), &plain));
	arena_free(&a);
}

TEST(test_no_such_call)
{
	static const char *const rows[][2] = {
		{"p.x", "p.f"}, {"p.h", "p.x"}, {"p.f", "p.g"}, {"p.h", "p.h"}, {"q.q", "p.f"}};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Str out, plain = archive(&a, object(&a, false));
		test_row = rows[i][0];
		CHECK(!redirect_call(
			&a, plain, str_from(rows[i][0]), str_from(rows[i][1]), S("x.y"), &out));
		arena_free(&a);
	}
}

// Whatever byte is wrong, or missing, nothing is read beyond the end.
TEST(test_damaged)
{
	Arena a = {0};
	Str out, good = object(&a, false);

	for (isize n = 0; n < good.len; n++) {
		ArenaMark m = arena_mark(&a);
		Str cut = str_dup(&a, str_slice(good, 0, n));
		CHECK(!redirect_call(&a, archive(&a, cut), S("p.h"), S("p.f"), S("x.y"), &out));
		Str wrong = str_dup(&a, good);
		char *p = arena_array(&a, char, good.len);
		memcpy(p, wrong.p, (size_t)good.len);
		p[n] = (char)~p[n];
		redirect_call(
			&a, archive(&a, (Str){p, good.len}), S("p.h"), S("p.f"), S("x.y"), &out);
		arena_rewind(&a, m);
	}
	Str whole = archive(&a, good);
	for (isize n = 0; n < whole.len; n++) {
		ArenaMark m = arena_mark(&a);
		redirect_call(&a, str_dup(&a, str_slice(whole, 0, n)), S("p.h"), S("p.f"), S("x.y"),
			&out);
		arena_rewind(&a, m);
	}
	arena_free(&a);
}

SUITE(cmd_redirect, RUN(test_led), RUN(test_twice), RUN(test_no_such_call), RUN(test_damaged));
