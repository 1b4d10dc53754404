#include "base/buf.h"
#include "test.h"
#include "text/template.h"

static const TemplateValue pairs[] = {
	{.kind = TEMPLATE_PAIR, .key = {"name", 4}, .text = {"a b", 3}},
	{.kind = TEMPLATE_PAIR, .key = {"kind", 4}, .text = {"server", 6}},
};

// The data of a function `func Serve(ctx, w)` with a directive.
static bool look_up(
	void *of, Str name, const TemplateValue *args, isize nargs, TemplateValue *out, Str *why)
{
	static const Str names[] = {{"ctx", 3}, {"w", 1}};

	(void)of;
	*out = (TemplateValue){.kind = TEMPLATE_TEXT, .text = S("Serve")};
	if (str_eq(name, S("DirectiveArgs")))
		*out = (TemplateValue){.kind = TEMPLATE_LIST, .list = pairs, .n = 2};
	if (!str_eq(name, S("FuncArgument")))
		return true;
	*why = S("expected the number of an argument");
	if (nargs != 1 || args->kind != TEMPLATE_NUMBER || args->number < 0 || args->number > 1)
		return false;
	out->text = names[args->number];
	return true;
}

// expand returns what becomes of a template in a rule file, or our error.
static Str expand(Arena *a, Diags *d, const Source *src, Str template, Span at, Str dot)
{
	TemplateOrigin from = {src, at, template};
	TemplateData data = {.lookup = look_up, .text = dot};
	StrList names = {.arena = a};
	Str out = S("");

	strlist_add(&names, S("DirectiveArgs"));
	strlist_add(&names, S("FuncArgument"));
	strlist_add(&names, S("FuncName"));
	const Template *t = template_parse(a, &from, &names, d);
	bool ok = t && template_expand(a, t, &data, &out, d);
	CHECK(d->nerror == !ok);
	return ok ? out : test_diags(a, d);
}

typedef struct {
	const char *in, *want;
} Row;

static void check_rows(const Row *rows, isize n)
{
	for (isize i = 0; i < n; i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Source src = {S("t"), str_from(rows[i].in)};
		Span all = {0, (int32_t)src.text.len};
		test_row = rows[i].in;
		CHECK_STR(expand(&a, &d, &src, src.text, all, S("f(x)")), str_from(rows[i].want));
		arena_free(&a);
	}
}

// What tests/text compares with Go at length; here one row for each thing.
TEST(test_expand)
{
	static const Row rows[] = {
		{"", ""},
		{"a } b", "a } b"},
		{"{{ . }}", "f(x)"},
		{"{{.FuncName}}({{ .FuncArgument 1 }})", "Serve(w)"},
		{"{{ FuncName }}({{ FuncArgument 0 }})", "Serve(ctx)"},
		{"{{ 1 | .FuncArgument | printf \"%s.%q\" FuncName }}", "Serve.\"w\""},
		{"a {{- 1 -}} b {{- /* c */ -}} d", "a1bd"},
		{"{{ range .DirectiveArgs }}{{ .Key }}={{ .Value }};{{ end }}",
			"name=a b;kind=server;"},
		{"{{ range $i, $e := .DirectiveArgs }}{{ if $i }}, {{ end }}{{ $e.Key }}{{ end }}",
			"name, kind"},
		{"{{ range 3 }}{{ . }}{{ if eq . 1 }}{{ break }}{{ end }}{{ end }}", "01"},
		{"{{ range slice .DirectiveArgs 0 0 }}a{{ else }}b{{ end }}", "b"},
		{"{{ with .FuncName }}{{ . }} {{ $.FuncName }}{{ end }}", "Serve Serve"},
		{"{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ end }}{{ $x }}", "2"},
		{"{{ if eq FuncName \"a\" \"Serve\" }}b{{ else if 1 }}c{{ end }}", "b"},
		{"{{ and 1 0 2 }} {{ or 0 \"\" }} {{ not nil }}", "0  true"},
		{"{{ print 1 2 \"a\" 3 nil }}|{{ println true }}", "1 2a3 <nil>|true\n"},
		{"{{ printf \"%4d|%-4d|%04d|%+d|%.2d\" 1 2 3 4 5 }}", "   1|2   |0003|+4|05"},
		{"{{ printf \"%5s|%-5v|%.1s|%q|%t%%\" \"a\" \"b\" \"cd\" 'e' true }}",
			"    a|b    |c|'e'|true%"},
		{"{{ index .DirectiveArgs 1 }} {{ (index .DirectiveArgs 0).Value }}",
			"{kind server} a b"},
		{"{{ index \"abc\" 1 }} {{ slice \"abc\" 1 2 }} {{ len \"abc\" }}", "98 b 3"},
		{"{{ 0x1F }} {{ 017 }} {{ 1_000 }} {{ -9223372036854775808 }}",
			"31 15 1000 -9223372036854775808"},
	};

	check_rows(rows, countof(rows));
}

TEST(test_parse_errors)
{
	static const Row rows[] = {
		{"{{ .FuncNmae }}", "t:1:4: error: unknown name 'FuncNmae'\n"
				    "help: did you mean '.FuncName'?"},
		{"{{ FuncNam }}", "t:1:4: error: unknown function 'FuncNam'\n"
				  "help: did you mean '.FuncName'?"},
		{"{{ printff }}", "t:1:4: error: unknown function 'printff'\n"
				  "help: did you mean 'printf'?"},
		{"{{ with 1 }}{{ $.X }}{{ end }}",
			"t:1:16: error: unknown name 'X'\n"
			"help: there is .DirectiveArgs, .FuncArgument, .FuncName"},
		{"{{ $arg := 1 }}{{ $ar }}", "t:1:19: error: undefined variable '$ar'\n"
					     "help: did you mean '$arg'?"},
		{"{{ if 1 }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}",
			"t:1:37: error: undefined variable '$x'"},
		{"{{ $ = 1 }}", "t:1:4: error: '$' cannot be set"},
		{"{{ $a := 1 }}{{ range $a, $ = 1 }}{{ end }}", "t:1:23: error: '$' cannot be set"},
		{"{{ $a, $b := 1 }}", "t:1:6: error: only 'range' sets two variables"},
		{"{{ range $a, $b, $c := 1 }}",
			"t:1:16: error: 'range' sets no more than two variables"},
		{"a\n{{ if 1 }}b", "t:2:4: error: this has no '{{end}}'"},
		{"a{{ end }}", "t:1:5: error: an '{{end}}' that ends nothing"},
		{"{{ else }}", "t:1:4: error: an '{{else}}' that belongs to nothing"},
		{"{{ if 1 }}{{ else }}{{ else }}{{ end }}", "t:1:24: error: a second '{{else}}'"},
		{"{{ if }}", "t:1:7: error: expected a value, found '}}'"},
		{"{{ print 1, 2 }}",
			"t:1:11: error: expected a space between two values, found ','"},
		{"{{ (1 }}", "t:1:7: error: expected ')', found '}}'"},
		{"{{ 1", "t:1:5: error: expected '}}', found the end of the text"},
		{"{{ 1.5 }}", "t:1:4: error: expected a whole number of 64 bits, found '1.5'"},
		{"{{ 9223372036854775808 }}", "t:1:4: error: expected a whole number of 64 bits, "
					      "found '9223372036854775808'"},
		{"{{ \"a }}", "t:1:4: error: a quoted text without its end"},
		{"{{ \"\\q\" }}", "t:1:4: error: this text has an escape that Go does not know"},
		{"{{ 'ab' }}", "t:1:4: error: expected one character between single quotes"},
		{"{{/* a }}", "t:1:3: error: a comment without its '*/'"},
		{"{{/* a */ 1 }}", "t:1:8: error: expected '}}' after a comment"},
		{"{{ % }}", "t:1:4: error: unexpected '%' in an action"},
		{"{{ nil }}", "t:1:4: error: 'nil' is no command"},
		{"{{ 1 2 }}", "t:1:4: error: '1' takes no arguments"},
		{"{{ 1 | 2 }}", "t:1:8: error: '2' takes no arguments"},
		{"{{ (1 | print) 2 }}", "t:1:5: error: '1 | print' takes no arguments"},
		{"{{ true.X }}", "t:1:8: error: this value has no fields"},
		{"{{ len }}", "t:1:4: error: 'len' takes 1 argument, found 0"},
		{"{{ print len }}", "t:1:10: error: 'len' takes 1 argument, found 0"},
		{"{{ 1 | eq }}", "t:1:8: error: 'eq' takes at least 2 arguments, found 1"},
		{"{{ break }}", "t:1:4: error: 'break' outside of 'range'"},
		{"{{ range 1 }}{{ else }}{{ continue }}{{ end }}",
			"t:1:27: error: 'continue' outside of 'range'"},
		{"{{ define \"a\" }}{{ end }}", "t:1:4: error: 'define' is not supported in rules\n"
						"help: write its text where it is used"},
	};

	check_rows(rows, countof(rows));
}

TEST(test_run_errors)
{
	static const Row rows[] = {
		{"{{ .FuncArgument \"a\" }}",
			"t:1:4: error: '.FuncArgument': expected the number of an argument"},
		{"{{ with . }}{{ .FuncNmae }}{{ end }}", "t:1:16: error: unknown name 'FuncNmae'\n"
							 "help: did you mean '.FuncName'?"},
		{"{{ with .FuncName }}{{ .X }}{{ end }}", "t:1:24: error: a text has no '.X'"},
		{"{{ range .DirectiveArgs }}{{ .Name }}{{ end }}",
			"t:1:30: error: a pair of key and value has no '.Name'"},
		{"{{ range .DirectiveArgs }}{{ .Key 1 }}{{ end }}",
			"t:1:30: error: '.Key' takes no arguments"},
		{"{{ range FuncName }}{{ end }}",
			"t:1:10: error: 'range' wants a list or a number, found a text"},
		{"{{ range $i, $e := 2 }}{{ end }}",
			"t:1:10: error: 'range' over a number sets one variable only"},
		{"{{ eq 1 \"a\" }}", "t:1:4: error: 'eq' cannot compare a number with a text"},
		{"{{ lt true false }}", "t:1:4: error: 'lt' cannot compare a bool with a bool"},
		{"{{ len 1 }}", "t:1:4: error: 'len' wants a text or a list, found a number"},
		{"{{ index \"a\" 1 }}", "t:1:4: error: 'index': 1 is out of range"},
		{"{{ slice \"a\" 1 0 }}",
			"t:1:4: error: 'slice' wants positions that do not go back"},
		{"{{ printf 1 }}", "t:1:4: error: 'printf' wants a text first, found a number"},
		{"{{ printf \"%d\" \"a\" }}", "t:1:4: error: '%d' does not fit a text"},
		{"{{ printf \"%d\" }}", "t:1:4: error: 'printf' has no argument for '%d'"},
		{"{{ printf \"\" 1 }}", "t:1:4: error: 'printf' uses 0 of its 1 arguments"},
		{"{{ printf \"%5x\" 1 }}",
			"t:1:4: error: 'printf' knows %s %d %q %v %t and %%, found '%5x'"},
		{"{{ printf \"%05s\" \"\" }}", "t:1:4: error: 'printf' knows the flags + and 0 "
					       "with %d only, found '%05s'"},
		{"{{ printf \"%9999d\" 1 }}",
			"t:1:4: error: 'printf' writes nothing wider than 1000"},
	};

	check_rows(rows, countof(rows));
}

#define NAMES "\nhelp: there is .DirectiveArgs, .FuncArgument, .FuncName"

// A template knows where it stands in its file: on one line, or in a block.
TEST(test_place)
{
	static const struct {
		const char *file, *from, *template, *want;
	} rows[] = {
		{"a: x {{ X }}\n", "x {{ X }}", "x {{ X }}",
			"t:1:9: error: unknown function 'X'" NAMES},
		{"a: 'x {{ X }}'\n", "'x {{ X }}'", "x {{ X }}",
			"t:1:10: error: unknown function 'X'" NAMES},
		{"a: |\n  x\n\n    {{ X }}\n", "|\n  x\n\n    {{ X }}\n", "x\n\n  {{ X }}\n",
			"t:4:8: error: unknown function 'X'" NAMES},
		{"a: \"\\x20{{ X }}\"\n", "\"\\x20{{ X }}\"", " {{ X }}",
			"t:1:4: error: unknown function 'X'" NAMES},
		{"a: >\n  x\n  {{ X }}\n", ">\n  x\n  {{ X }}\n", "x {{ X }}\n",
			"t:1:4: error: unknown function 'X'" NAMES},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Source src = {S("t"), str_from(rows[i].file)};
		Str scalar = str_from(rows[i].from), template = str_from(rows[i].template);
		int32_t at = (int32_t)str_find(src.text, scalar);
		Span span = {at, at + (int32_t)scalar.len};
		test_row = rows[i].file;
		CHECK_STR(expand(&a, &d, &src, template, span, S("")), str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_limits)
{
	static const struct {
		const char *repeat, *rest, *want;
	} rows[] = {
		{"(", "", "t:1:103: error: nested too deeply"},
		{"not (", "", "t:1:507: error: nested too deeply"},
		{".FuncName", "", "t:1:912: error: nested too deeply"},
		{"", "range 1000000000}}{{end}}",
			"t:1:3: error: this template does too much, or has no end"},
		{"", "$x := \"abcdefgh\"}}{{range 99}}{{$x = print $x $x}}{{end}}",
			"t:1:40: error: this template does too much, or has no end"},
		{"", "range 2000}}{{printf \"%1000d\" 1}}{{end}}",
			"t:1:17: error: this template does too much, or has no end"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		StrBuf text = {.arena = &a};
		buf_add(&text, S("{{"));
		for (int k = 0; k < 100000 && rows[i].repeat[0]; k++)
			buf_add(&text, str_from(rows[i].repeat));
		buf_add(&text, str_from(rows[i].rest));
		Source src = {S("t"), buf_str(&text)};
		Span all = {0, (int32_t)text.len};
		test_row = rows[i].rest;
		CHECK_STR(expand(&a, &d, &src, src.text, all, S("")), str_from(rows[i].want));
		CHECK(arena_used(&a) < 64 << 20);
		arena_free(&a);
	}
}

TEST(test_no_text)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Source src = {S("t"), S("{{ . }}")};

	CHECK_STR(expand(&a, &d, &src, src.text, (Span){0, 7}, (Str){0}),
		S("t:1:4: error: there is no text here that '.' stands for"));
	arena_free(&a);
}

SUITE(text_template, RUN(test_expand), RUN(test_parse_errors), RUN(test_run_errors),
	RUN(test_place), RUN(test_limits), RUN(test_no_text));
