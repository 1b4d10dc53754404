#include <string.h>

#include "base/buf.h"
#include "cmd/lead.h"
#include "test.h"

enum { SELF = 0x7ffffffb, NONE = 0x7fffffff, OTHER = 1, FUNCINFO = 1 };

// A symbol: its name, and what it refers to: a package and an index in it; with inlined set, what
// the compiler has put into it.
typedef struct {
	const char *name;
	char type;
	bool refers, inlined;
	uint32_t package, index;
} Symbol;

typedef struct {
	StrBuf blocks[19], names;
	uint32_t names_at;
} Object;

static void add_number(StrBuf *b, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		buf_add(b, (Str){(const char[]){(char)(n >> 8 * i)}, 1});
}

static void add_zeros(StrBuf *b, int n)
{
	while (n-- > 0)
		buf_add(b, (Str){(const char[1]){0}, 1});
}

static void add_name(Object *o, StrBuf *b, const char *name)
{
	add_number(b, (uint32_t)strlen(name));
	add_number(b, (uint32_t)(96 + o->names.len));
	buf_add(&o->names, str_from(name));
}

static void add_symbol(Object *o, int block, const char *name, char type)
{
	StrBuf *b = &o->blocks[block];

	add_name(o, b, name);
	buf_add(b, (Str){(const char[]){1, 0, type}, 3});
	add_zeros(b, 10);
}

// What the compiler says of a function: that another is inlined into it.
static void add_funcinfo(StrBuf *b, const Symbol *s)
{
	add_zeros(b, 16);
	add_number(b, 1); // one file
	add_number(b, 7);
	add_number(b, 1); // one node
	add_zeros(b, 12);
	add_number(b, s->package);
	add_number(b, s->index);
	add_zeros(b, 4);
}

// object_of makes the object of a package with these symbols, all its own, that knows of a package
// example.com/q and of a symbol "x" of some other. Each symbol is said something of: the first is.
static Str object_of(Arena *a, const Symbol *symbols, isize n)
{
	Object o = {.names.arena = a};
	StrBuf all = {.arena = a};
	uint32_t relocs = 0, at;

	for (int i = 0; i < 19; i++)
		o.blocks[i].arena = a;
	add_name(&o, &o.blocks[1], "");
	add_name(&o, &o.blocks[1], "example.com/q");
	for (isize i = 0; i < n; i++) {
		const Symbol *s = &symbols[i];
		add_symbol(&o, 3, s->name, s->type);
		add_number(&o.blocks[11], relocs);
		add_number(&o.blocks[12], (uint32_t)(o.blocks[15].len / 9));
		add_number(&o.blocks[13], (uint32_t)o.blocks[16].len);
		relocs += s->refers;
		if (s->refers) {
			add_zeros(&o.blocks[14], 15);
			add_number(&o.blocks[14], s->package);
			add_number(&o.blocks[14], s->index);
		}
		if (s->inlined) {
			buf_add(&o.blocks[15], (Str){(const char[]){FUNCINFO}, 1});
			add_number(&o.blocks[15], SELF);
			add_number(&o.blocks[15], (uint32_t)i);
			add_funcinfo(&o.blocks[16], s);
		}
	}
	add_number(&o.blocks[11], relocs);
	add_number(&o.blocks[12], (uint32_t)(o.blocks[15].len / 9));
	add_number(&o.blocks[13], (uint32_t)o.blocks[16].len);
	add_symbol(&o, 7, "x", 0);

	buf_add(&all, S("\0go120ldfingers!flag"));
	at = (uint32_t)(96 + o.names.len);
	for (int i = 0; i < 19; at += (uint32_t)o.blocks[i++].len)
		add_number(&all, at);
	buf_add(&all, buf_str(&o.names));
	for (int i = 0; i < 19; i++)
		buf_add(&all, buf_str(&o.blocks[i]));
	return buf_str(&all);
}

static Str archive_of(Arena *a, Str object)
{
	StrBuf b = {.arena = a};
	Str head = S("go object linux amd64\n!\n");

	buf_addf(&b, "!<arch>\n%-48s%-10d`\nabcd%-48s%-10td`\n%.*s", "__.PKGDEF", 4, "_go_.o",
		head.len + object.len, STR_ARG(head));
	buf_add(&b, object);
	if (b.len & 1)
		buf_add(&b, S("\n"));
	return buf_str(&b);
}

static const Lead *find(Str archive, Lead *leads, isize n)
{
	return lead_find(archive, &(Leads){leads, n});
}

static LeadOutcome lead(
	Arena *a, Str archive, Str path, Lead *leads, isize n, Str *out, const Lead **inlined)
{
	return lead_all(a, archive, path, &(Leads){leads, n}, out, inlined);
}

static const Symbol symbols[] = {
	{"p.f", 1, false, false, 0, 0}, {"p.g", 1, true, false, SELF, 0}, // calls p.f
	{"p.f\u00b7f", 3, true, false, SELF, 0},                          // its value
	{"type:*p.T", 3, true, false, SELF, 0},                           // a method
	{"go:itab.p.T", 3, true, false, SELF, 0},  // a method of an interface
	{"", 14, true, false, SELF, 0},            // what debuggers read
	{"p.f.wrapinfo", 3, true, false, SELF, 0}, // what tracebacks read
	{"p.h", 2, true, false, SELF, 1},          // calls p.g
	{"p.i", 1, true, false, OTHER, 0},         // calls the first of example.com/q
	{"p.j", 1, true, false, NONE, 0},          // calls x
};

// led_of tells what the symbols refer to afterwards: a letter for each that does.
static Str led_of(Arena *a, Str archive)
{
	isize at = str_find(archive, S("\0go120ld"));
	Str object = str_slice(archive, at, archive.len);
	StrBuf b = {.arena = a};

	const unsigned char *p = (const unsigned char *)object.p + 20 + 4 * 14;
	isize from = p[0] | p[1] << 8 | p[2] << 16, end = p[4] | p[5] << 8 | p[6] << 16;
	for (isize r = from + 15; r < end; r += 23) {
		const unsigned char *q = (const unsigned char *)object.p + r;
		bool none = q[0] == 0xff;
		buf_addf(&b, "%s%d ", none ? "x" : q[0] == 0xfb ? "p" : "q", q[4]);
	}
	return str_trim(buf_str(&b));
}

// All that refers to the function is led, but what is said of it; nothing else is.
TEST(test_own)
{
	Arena a = {0};
	Lead leads[] = {{.from = S("p.f"), .to = S("h.F")}, {.from = S("p.h"), .to = S("h.H")}};
	Str out, plain = archive_of(&a, object_of(&a, symbols, countof(symbols)));
	const Lead *inlined;

	CHECK(find(plain, leads, countof(leads)) == NULL);
	CHECK(leads[0].index == 0 && leads[1].index == 7);
	CHECK(lead(&a, plain, S(""), leads, countof(leads), &out, &inlined) == LEAD_DONE);
	CHECK_STR(led_of(&a, plain), S("p0 p0 p0 p0 p0 p0 p1 q0 x0"));
	CHECK_STR(led_of(&a, out), S("x1 x1 x1 x1 p0 p0 p1 q0 x0"));
	CHECK(str_find(out, S("h.Fh.H")) > 0);

	// Those that nothing refers to any more.
	CHECK(lead(&a, out, S(""), leads, countof(leads), &plain, &inlined) == LEAD_NOTHING);
	arena_free(&a);
}

// Other packages know a function by its index in its own.
TEST(test_other)
{
	Arena a = {0};
	Lead leads[] = {{.from = S("q.a"), .to = S("h.A"), .index = 0},
		{.from = S("q.b"), .to = S("h.B"), .index = 1}};
	Str out, plain = archive_of(&a, object_of(&a, symbols, countof(symbols)));
	const Lead *inlined;

	CHECK(lead(&a, plain, S("example.com/q"), leads, 2, &out, &inlined) == LEAD_DONE);
	CHECK_STR(led_of(&a, out), S("p0 p0 p0 p0 p0 p0 p1 x1 x0"));
	CHECK(lead(&a, plain, S("example.com/q"), leads + 1, 1, &out, &inlined) == LEAD_NOTHING);
	CHECK(lead(&a, plain, S("example.com/r"), leads, 2, &out, &inlined) == LEAD_NOTHING);
	arena_free(&a);
}

// A function that is in a caller of it cannot be led.
TEST(test_inlined)
{
	Arena a = {0};
	Symbol some[] = {{"p.f", 1, false, false, 0, 0}, {"p.g", 1, true, true, SELF, 0}};
	Lead leads[] = {{.from = S("p.f"), .to = S("h.F")}, {.from = S("p.g"), .to = S("h.G")}};
	Str out, plain = archive_of(&a, object_of(&a, some, countof(some)));
	const Lead *inlined;

	CHECK(find(plain, leads, 2) == NULL);
	CHECK(lead(&a, plain, S(""), leads, 2, &out, &inlined) == LEAD_INLINED);
	CHECK(inlined == &leads[0]);

	// What is so short that nothing of it is left in its callers still has a description.
	some[1] = (Symbol){"go:info.p.g$abstract", 15, false, false, 0, 0};
	plain = archive_of(&a, object_of(&a, some, countof(some)));
	CHECK(lead(&a, plain, S(""), leads, 2, &out, &inlined) == LEAD_INLINED);
	CHECK(inlined == &leads[1]);
	arena_free(&a);
}

TEST(test_missing)
{
	Arena a = {0};
	Lead leads[] = {{.from = S("p.f"), .to = S("h.F")}, {.from = S("p.z"), .to = S("h.Z")},
		{.from = S("x"), .to = S("h.X")}};
	Str plain = archive_of(&a, object_of(&a, symbols, countof(symbols)));

	CHECK(find(plain, leads, 2) == &leads[1]);
	CHECK(find(plain, leads + 2, 1) == &leads[2]); // of some other package
	CHECK(find(S("!<arch>\n"), leads, 1) == &leads[0]);
	arena_free(&a);
}

// Whatever byte is wrong, or missing, nothing is read beyond the end.
TEST(test_damaged)
{
	Arena a = {0};
	Symbol some[] = {{"p.f", 1, false, false, 0, 0}, {"p.g", 1, true, true, SELF, 1},
		{"p.h", 1, true, false, OTHER, 1}};
	Str out, good = object_of(&a, some, countof(some));
	const Lead *inlined;

	for (isize n = 0; n < good.len; n++) {
		ArenaMark m = arena_mark(&a);
		Lead leads[] = {{.from = S("p.f"), .to = S("h.F")}};
		char *wrong = arena_array(&a, char, good.len);
		memcpy(wrong, good.p, (size_t)good.len);
		wrong[n] = (char)~wrong[n];
		Str bad[] = {str_dup(&a, str_slice(good, 0, n)), {wrong, good.len}};
		for (int i = 0; i < countof(bad); i++) {
			Str whole = archive_of(&a, bad[i]);
			find(whole, leads, 1);
			lead(&a, whole, S(""), leads, 1, &out, &inlined);
			lead(&a, whole, S("example.com/q"), leads, 1, &out, &inlined);
		}
		arena_rewind(&a, m);
	}
	arena_free(&a);
}

SUITE(cmd_lead, RUN(test_own), RUN(test_other), RUN(test_inlined), RUN(test_missing),
	RUN(test_damaged));
