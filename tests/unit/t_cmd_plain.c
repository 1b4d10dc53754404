#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "cmd/plain.h"
#include "os/file.h"
#include "plan/cache.h"
#include "test.h"
#include "weave/object.h"

static Tool tool_of(Arena *a, Str line, isize *first_file)
{
	Tool t = {.argv.arena = a};

	while (line.len > 0)
		strlist_add(&t.argv, str_cut(&line, ' '));
	*first_file = t.argv.n;
	while (*first_file > 1 && str_ends(t.argv.v[*first_file - 1], S(".go")))
		--*first_file;
	return t;
}

TEST(test_flags)
{
#define USUAL "compile -o w/_pkg_.a -trimpath w=> -p log -lang=go1.26 "
#define REST " -buildid A/A -goversion go1.26.8 -c=4 -nolocalimports -importcfg w/importcfg -pack "
	static const struct {
		const char *line;
		bool suits;
	} rows[] = {
		{USUAL "-std -complete" REST "log.go", true},
		{USUAL "-complete -installsuffix race" REST "-race a.go b.go", true},
		{USUAL "-std -complete -installsuffix shared" REST "-shared log.go", true},
		{USUAL "-std -complete -installsuffix=x" REST "log.go", true},
		{USUAL "-std -symabis w/symabis" REST "log.go", false},
		{USUAL "-std -complete" REST "-asmhdr w/go_asm.h log.go", false},
		{USUAL "-complete -pgoprofile=w/p" REST "log.go", false},
		{USUAL "-complete -coveragecfg=w/c" REST "log.go", false},
		{USUAL "-complete" REST "-embedcfg w/embedcfg log.go", false},
		{USUAL "-complete -linkshared" REST "log.go", false},
		{USUAL "-complete -N -l" REST "log.go", false},
		{USUAL "-complete -m=2" REST "log.go", false},
		{USUAL "-complete -raced" REST "log.go", false},
		{USUAL "-complete -dwarf=0" REST "log.go", false},
		{USUAL "-complete --race" REST "log.go", false},
		{USUAL "-complete" REST "log.go log_test.go", false},
		{USUAL "-complete" REST "w/a.go other b.go", false},
		{USUAL "-complete" REST, false},
		{"compile -o a.go", false},
		{"compile", false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		isize first_file;
		Tool t = tool_of(&a, str_from(rows[i].line), &first_file);

		test_row = rows[i].line;
		CHECK(plain_suits(&t, first_file) == rows[i].suits);
		arena_free(&a);
	}
}

// ---- what it was compiled against

static void add_number(StrBuf *b, isize n)
{
	for (int i = 0; i < 4; i++)
		buf_add(b, (Str){(const char[]){(char)(n >> 8 * i)}, 1});
}

static void add_member(StrBuf *b, const char *name, Str body)
{
	buf_addf(b, "%-48s%-10td`\n", name, body.len);
	buf_add(b, body);
	if (body.len & 1)
		buf_add(b, S("\n"));
}

// An archive of Go 1.N whose export data has the fingerprint given, of a package that imports one
// other of that fingerprint, or none.
static Str archive(Arena *a, int version, Str fingerprint, Str path, Str imported)
{
	StrBuf b = {.arena = a}, o = {.arena = a};
	isize blocks = OBJECT_HEADER + path.len, entry = path.len > 0 ? 16 : 0;
	Str head = str_format(
		a, "go object linux amd64 go1.%d\nbuild id \"ACTION/CONTENT\"\n\n", version);

	buf_add(&o, head);
	buf_add(&o, S("\n!\n\0go120ld"));
	buf_add(&o, fingerprint);
	buf_add(&o, S("flag"));
	for (int i = 0; i < NBLOCKS; i++)
		add_number(&o, blocks + (i > BLK_AUTOLIB ? entry : 0));
	buf_add(&o, path);
	if (entry > 0) {
		add_number(&o, path.len);
		add_number(&o, OBJECT_HEADER);
		buf_add(&o, imported);
	}
	buf_add(&b, S("!<arch>\n"));
	add_member(&b, "__.PKGDEF", str_format(a, "%.*s\n$$B\ndata\n$$\n", STR_ARG(head)));
	add_member(&b, "_go_.o", buf_str(&o));
	return buf_str(&b);
}

TEST(test_imports)
{
	Str dir = test_dir();
	static const struct {
		const char *what, *imports, *fingerprint, *config;
		int version;
		bool same;
	} rows[] = {
		{"the same", "fmt", "of fmt..", "packagefile fmt=%s/fmt.a\n", 26, true},
		{"no import", "", "", "", 26, true},
		{"other export data", "fmt", "of fmt!.", "packagefile fmt=%s/fmt.a\n", 26, false},
		{"another compiler", "fmt", "of fmt..", "packagefile fmt=%s/fmt.a\n", 27, false},
		{"not there", "fmt", "of fmt..", "packagefile fmt=%s/none.a\n", 26, false},
		{"not an archive", "fmt", "of fmt..", "packagefile fmt=%s/text\n", 26, false},
		{"not imported", "fmt", "of fmt..", "packagefile fmt2=%s/fmt.a\n", 26, false},
		{"no importcfg", "fmt", "of fmt..", "", 26, false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags none = {.arena = &a};
		Str fmt = archive(&a, 26, S("of fmt.."), S(""), S(""));
		Str plain = archive(&a, rows[i].version, S("of log.."), str_from(rows[i].imports),
			str_from(rows[i].fingerprint));
		Str config = str_from(rows[i].config), rest = config, line = str_cut(&rest, '%');

		test_row = rows[i].what;
		CHECK(file_write_atomic(path_join(&a, dir, S("fmt.a")), fmt, 0600, &none));
		CHECK(file_write_atomic(path_join(&a, dir, S("text")), S("text"), 0600, &none));
		if (config.len > 0)
			config = str_format(&a, "# import config\n%.*s%.*s%.*s", STR_ARG(line),
				STR_ARG(dir), STR_ARG(str_slice(rest, 1, rest.len)));
		CHECK(plain_imports(&a, plain, config) == rows[i].same);
		arena_free(&a);
	}
}

// ---- all of it

typedef struct {
	Arena a;
	Diags none;
	Str dir, plain, ready;
	Tool tool;
	isize first_file;
} Compile;

static Str in_dir(Compile *c, const char *name)
{
	return path_join(&c->a, c->dir, str_from(name));
}

static void write_text(Compile *c, Str path, Str text)
{
	CHECK(file_write_atomic(path, text, 0600, &c->none));
}

// note notes that go was asked so many nanoseconds after the source file was written.
static void note(Compile *c, Str archive, int64_t after)
{
	FileInfo info = {0};

	CHECK(file_stat(in_dir(c, "log.go"), &info));
	cache_keep(&c->a, c->ready,
		str_format(&c->a, "%lld\nlog=%.*s\n", (long long)(info.mtime_ns + after),
			STR_ARG(archive)));
}

// begin makes the folder of a compile, for which go's cache has the archive.
static void begin(Compile *c, Str text)
{
	c->none.arena = &c->a;
	c->dir = test_dir();
	c->ready = in_dir(c, "digest.ready");
	setenv("OTEL_GO_READY", str_cstr(&c->a, c->ready), 1);
	c->plain =
		str_format(&c->a, "%.*s/%.*s-d", STR_ARG(c->dir), STR_ARG(hash_bytes(&c->a, text)));
	write_text(c, c->plain, text);
	write_text(c, in_dir(c, "log.go"), S("package log\n"));
	write_text(c, in_dir(c, "importcfg"), S("# import config\n"));
	c->tool = tool_of(&c->a,
		str_format(&c->a,
			"compile -o %.*s/out.a -p log -buildid MARKED/MARKEDD -importcfg "
			"%.*s/importcfg -pack %.*s/log.go",
			STR_ARG(c->dir), STR_ARG(c->dir), STR_ARG(c->dir)),
		&c->first_file);
	note(c, c->plain, 1000000000);
}

static void end(Compile *c, bool taken)
{
	CHECK(plain_take(&c->a, &c->tool, c->first_file) == taken);
	CHECK(file_exists(in_dir(c, "out.a")) == taken);
	unsetenv("OTEL_GO_READY");
	arena_free(&c->a);
}

TEST(test_taken)
{
	Compile c = {0};
	Str out;

	begin(&c, archive(&c.a, 26, S("of log.."), S(""), S("")));
	CHECK(plain_take(&c.a, &c.tool, c.first_file));
	CHECK(file_read(&c.a, in_dir(&c, "out.a"), &out, &c.none));
	CHECK(str_find(out, S("\"MARKED/MARKEDD\"")) > 0 && str_find(out, S("ACTION")) < 0);
	end(&c, true);
}

TEST(test_changed_source)
{
	Compile c = {0};

	begin(&c, archive(&c.a, 26, S("of log.."), S(""), S("")));
	note(&c, c.plain, -1);
	end(&c, false);
}

TEST(test_changed_archive)
{
	Compile c = {0};

	begin(&c, archive(&c.a, 26, S("of log.."), S(""), S("")));
	write_text(&c, c.plain, archive(&c.a, 26, S("of log!."), S(""), S("")));
	end(&c, false);
}

TEST(test_lost)
{
	Compile c = {0};

	begin(&c, archive(&c.a, 26, S("of log.."), S(""), S("")));
	note(&c, in_dir(&c, "none"), 1000000000);
	end(&c, false);
}

TEST(test_other_length)
{
	Compile c = {0};
	isize id;

	begin(&c, archive(&c.a, 26, S("of log.."), S(""), S("")));
	for (id = 0; !str_eq(c.tool.argv.v[id], S("-buildid"));)
		id++;
	c.tool.argv.v[id + 1] = S("A/B");
	end(&c, false);
}

// However much of it is missing, with a name that says that this is all, it is not taken.
TEST(test_cut)
{
	Arena a = {0};
	Str whole = archive(&a, 26, S("of log.."), S(""), S(""));

	for (isize n = 0; n < whole.len; n += 3) {
		Compile c = {0};
		begin(&c, str_slice(whole, 0, n));
		end(&c, false);
	}
	arena_free(&a);
}

SUITE(cmd_plain, RUN(test_flags), RUN(test_imports), RUN(test_taken), RUN(test_changed_source),
	RUN(test_changed_archive), RUN(test_lost), RUN(test_other_length), RUN(test_cut));
