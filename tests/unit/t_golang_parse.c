#include <string.h>

#include "base/buf.h"
#include "golang/parse.h"
#include "test.h"

// Each row is a file, and what go/parser says first about it; "" if nothing.
TEST(test_errors)
{
	static const struct {
		const char *in, *want;
		int go;
	} rows[] = {
		{"package p\n", "", 0},
		{"", "t.go:1:1: error: expected 'package', found 'EOF'", 0},
		{"package p; func f() { x := 1", "t.go:1:29: error: expected '}', found 'EOF'", 0},
		{"package p\nvar x = \n", "t.go:3:1: error: expected operand, found 'EOF'", 0},
		{"package p\nfunc f()\n{\n}\n",
			"t.go:3:1: error: unexpected semicolon or newline before {", 0},
		{"package p\nvar a int\nimport \"x\"\n",
			"t.go:3:1: error: imports must appear before other declarations", 0},
		{"package p\nimport 42\n", "t.go:2:8: error: import path must be a string", 0},
		{"package p\nfunc f(a int, b) {}\n", "t.go:2:16: error: missing parameter type", 0},
		{"package p\nfunc f(a, b ...int) {}\n",
			"t.go:2:13: error: can only use ... with final parameter", 0},
		{"package p\nfunc f[]() {}\n", "t.go:2:8: error: empty type parameter list", 0},
		{"package p\nfunc (T) m[P any]() {}\n",
			"t.go:2:11: error: method must have no type parameters", 26},
		{"package p\nfunc (T) m[P any]() {}\n", "", 27},
		{"package p\ntype I interface { m[P any]() }\n",
			"t.go:2:21: error: interface method must have no type parameters", 0},
		{"package p\nfunc f() { if x { } else x }\n",
			"t.go:2:26: error: expected if statement or block, found x", 0},
		{"package p\nfunc f() { if x := 1 { } }\n",
			"t.go:2:15: error: expected boolean expression, found assignment "
			"(missing parentheses around composite literal?)",
			0},
		{"package p\nfunc f() { for range 3 {}; for a, b, c := range x {} }\n",
			"t.go:2:38: error: expected at most 2 expressions", 0},
		{"package p\nfunc f() { defer (g()) }\n",
			"t.go:2:18: error: expression in defer must not be parenthesized", 0},
		{"package p\nfunc f() { go g }\n",
			"t.go:2:16: error: expression in go must be function call", 0},
		{"package p\nfunc f() { a, b: }\n", "t.go:2:12: error: expected 1 expression", 0},
		{"package p\nvar x = a[1::3]\n",
			"t.go:2:12: error: middle index required in 3-index slice", 0},
		{"package p\nvar x = f(1\n)\n",
			"t.go:2:12: error: missing ',' before newline in argument list", 0},
		{"package p\nfunc f() { switch x = y.(type) {} }\n",
			"t.go:2:21: error: expected ':=', found '='", 0},
		{"package p\nvar x <-chan<- chan int\n", "", 0},
		{"package p\nvar x = <-chan int(nil)\n", "", 0},
		{"package p\ntype T [P *C,] int; type U [n * m]int; type V[P *Q|~int] []P\n", "",
			0},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Source src = {S("t.go"), str_from(rows[i].in)};
		Diags diags = {.arena = &a};
		File f;

		test_row = rows[i].in;
		bool ok = parse_file(&a, &src, (ParseOptions){.go = rows[i].go}, &f, &diags);
		CHECK(ok == (diags.nerror == 0) && diags.nerror <= 1);
		CHECK_STR(ok ? S("") : diag_line(&a, diags.first), str_from(rows[i].want));
		arena_free(&a);
	}
}

static bool parse_text(Arena *a, const char *text, File *f)
{
	Source *src = arena_new(a, Source);
	Diags diags = {.arena = a};

	*src = (Source){S("t.go"), str_from(text)};
	return parse_file(a, src, (ParseOptions){0}, f, &diags);
}

static Str describe_params(Arena *a, const File *f, const ParamList *l)
{
	StrBuf b = {.arena = a};

	for (isize i = 0; i < l->n; i++)
		buf_addf(&b, "%s%.*s%s%.*s", i > 0 ? "," : "", STR_ARG(l->v[i].name),
			l->v[i].variadic ? " ..." : " ", STR_ARG(file_text(f, l->v[i].type->at)));
	return buf_str(&b);
}

// What we see of a function: doc|recv base *[tparams]|name|tparams|params|results|returns.
TEST(test_functions)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"func f() {}", "|||f||||0"},
		{"// d\nfunc f(a, b int, c ...string) (x T, err error) { return }",
			"// d|||f||a int,b int,c ...string|x T,err error|1"},
		{"// no\n\nfunc f(int, ...*T)", "|||f|| int, ...*T||0"},
		{"func (r *T[K, _]) m() error { return e }", "|r T *K_|m|||  error|1"},
		{"func (T) m() { func() int { return 1 }(); if x { return } }", "| T |m||||1"},
		{"func f[K comparable, V int|string](m map[K]V) {}",
			"|||f|K comparable,V int|string|m map[K]V||0"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		File f;

		test_row = rows[i].in;
		if (!CHECK(parse_text(&a, str_format(&a, "package p\n%s\n", rows[i].in).p, &f)))
			continue;
		Func fn = func_view(&a, &f, func_next(f.decls));
		Str got = str_format(&a, "%.*s|%.*s%s%.*s%s%s%.*s|%.*s|%.*s|%.*s|%s%.*s|%td",
			STR_ARG(fn.doc.to > 0 ? file_text(&f, fn.doc) : S("")),
			STR_ARG(fn.recv.name), fn.is_method ? " " : "", STR_ARG(fn.recv_base),
			fn.is_method ? " " : "|", fn.recv_pointer ? "*" : "",
			STR_ARG(str_join(&a, &fn.recv_tparams, S(""))), STR_ARG(fn.name),
			STR_ARG(describe_params(&a, &f, &fn.tparams)),
			STR_ARG(describe_params(&a, &f, &fn.params)),
			fn.is_method && fn.results.n ? " " : "",
			STR_ARG(describe_params(&a, &f, &fn.results)),
			fn.block ? func_returns(&a, fn.block).n : 0);
		CHECK_STR(got, str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_imports)
{
	Arena a = {0};
	File f;

	CHECK(parse_text(&a,
		"package p\nimport (\n\t\"fmt\"\n\t. \"a/b\"\n\t_ `c`\n\tx \"\\x64\"\n)\n", &f));
	StrBuf b = {.arena = &a};
	for (const Import *i = f.imports; i; i = i->next)
		buf_addf(&b, "%.*s=%.*s ", STR_ARG(i->name), STR_ARG(i->path));
	CHECK_STR(buf_str(&b), S("=fmt .=a/b _=c x=d "));
	arena_free(&a);
}

TEST(test_directives)
{
	Arena a = {0};
	File f;

	CHECK(parse_text(&a,
		"//go:build linux\n\npackage p\n// no\n//go:noinline\n\n//go:nosplit\nfunc f() "
		"{}\n",
		&f));
	const Directive *d = f.directives;
	CHECK_STR(file_text(&f, d->at), S("//go:build linux"));
	CHECK(!d->decl);
	CHECK(d->next->decl == f.decls && d->next->next->decl == f.decls);
	CHECK(!d->next->next->next);
	arena_free(&a);
}

// deep makes a file with a text n times, then a middle, then another text n times.
static Str deep(Arena *a, const char *open, const char *middle, const char *close, int n)
{
	StrBuf b = {.arena = a};

	buf_add(&b, S("package p\nvar x = "));
	for (int i = 0; i < n; i++)
		buf_add(&b, str_from(open));
	buf_add(&b, str_from(middle));
	for (int i = 0; i < n; i++)
		buf_add(&b, str_from(close));
	return buf_str(&b);
}

// Deep nesting is read as go/parser reads it, and refused where it refuses it.
TEST(test_nesting)
{
	static const struct {
		const char *open, *middle, *close;
		int n;
		const char *want;
	} rows[] = {
		{"(", "1", ")", 50000, ""},
		{"(", "1", ")", 200000, "exceeded max nesting depth"},
		{"[]", "T{}", "", 50000, ""},
		{"[]", "T{}", "", 200000, "exceeded max nesting depth"},
		{"!", "1", "", 200000, "exceeded max nesting depth"},
		{"1+", "1", "", 50000, ""},
		{"1+", "1", "", 200000, "exceeded max nesting depth"},
		{"f(", "1", ")", 30000, ""},
		{"func() { x = ", "1", "}", 20000, ""},
		{"T{", "", "}", 20000, ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Source src = {S("t.go"),
			deep(&a, rows[i].open, rows[i].middle, rows[i].close, rows[i].n)};
		Diags diags = {.arena = &a};
		File f;

		test_row = rows[i].open;
		parse_file(&a, &src, (ParseOptions){0}, &f, &diags);
		CHECK_STR(diags.first ? diags.first->text : S(""), str_from(rows[i].want));
		arena_free(&a);
	}
}

SUITE(golang_parse, RUN(test_errors), RUN(test_functions), RUN(test_imports), RUN(test_directives),
	RUN(test_nesting));
