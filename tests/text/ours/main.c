// main.c - our templates and regular expressions, for tests/text to compare
// with Go's. The first argument says which; the standard input has texts that end with
// a NUL, and so has the output:
//
//	template: template -> "ok" text | "error" message
//	regex: pattern, text -> "ok" "true" | "ok" "false" | "error" message
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "text/regex.h"
#include "text/template.h"

static const TemplateValue pairs[] = {
	{.kind = TEMPLATE_PAIR, .key = {"name", 4}, .text = {"a b", 3}},
	{.kind = TEMPLATE_PAIR, .key = {"kind", 4}, .text = {"", 0}},
};

static const TemplateValue texts[] = {
	{.kind = TEMPLATE_TEXT, .text = {"x", 1}},
	{.kind = TEMPLATE_TEXT, .text = {"", 0}},
	{.kind = TEMPLATE_TEXT, .text = {"z\xc3\xa9\"", 4}},
};

// The data without arguments; main.go has the same.
static const struct {
	Str name;
	TemplateValue value;
} fields[] = {
	{{"Count", 5}, {.kind = TEMPLATE_NUMBER, .number = 3}},
	{{"Empty", 5}, {.kind = TEMPLATE_TEXT}},
	{{"Name", 4}, {.kind = TEMPLATE_TEXT, .text = {"Serve", 5}}},
	{{"No", 2}, {.kind = TEMPLATE_BOOL}},
	{{"Nobody", 6}, {.kind = TEMPLATE_LIST}},
	{{"Nothing", 7}, {.kind = TEMPLATE_NIL}},
	{{"Pairs", 5}, {.kind = TEMPLATE_LIST, .list = pairs, .n = 2}},
	{{"Texts", 5}, {.kind = TEMPLATE_LIST, .list = texts, .n = 3}},
	{{"Yes", 3}, {.kind = TEMPLATE_BOOL, .number = 1}},
};

// Nth N returns the text of that number, OfKey "k" the value of a pair.
static bool look_up(
	void *of, Str name, const TemplateValue *args, isize nargs, TemplateValue *out, Str *why)
{
	(void)of;
	for (isize i = 0; i < countof(fields) && nargs == 0; i++) {
		if (str_eq(fields[i].name, name)) {
			*out = fields[i].value;
			return true;
		}
	}
	*why = S("wrong arguments");
	if (nargs != 1)
		return false;
	if (str_eq(name, S("Nth")) && args->kind == TEMPLATE_NUMBER) {
		*why = S("out of range");
		if (args->number < 0 || args->number >= countof(texts))
			return false;
		*out = texts[args->number];
		return true;
	}
	if (!str_eq(name, S("OfKey")) || args->kind != TEMPLATE_TEXT)
		return false;
	*out = (TemplateValue){.kind = TEMPLATE_TEXT};
	for (isize i = 0; i < countof(pairs); i++)
		if (str_eq(pairs[i].key, args->text))
			out->text = pairs[i].text;
	return true;
}

static void answer(const char *kind, Str text)
{
	printf("%s%c%.*s%c", kind, 0, STR_ARG(text), 0);
}

static void expand(Str text)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Source src = {S("t"), text};
	TemplateOrigin from = {&src, {0, (int32_t)text.len}, text};
	TemplateData data = {.lookup = look_up, .text = S("f(x, y)")};
	StrList names = {.arena = &a};
	Str out;

	for (isize i = 0; i < countof(fields); i++)
		strlist_add(&names, fields[i].name);
	strlist_add(&names, S("Nth"));
	strlist_add(&names, S("OfKey"));
	const Template *t = template_parse(&a, &from, &names, &d);
	if (t && template_expand(&a, t, &data, &out, &d))
		answer("ok", out);
	else
		answer("error", diag_line(&a, d.first));
	arena_free(&a);
}

static void match(Str pattern, Str text)
{
	Arena a = {0};
	Regex re;
	Str why;

	if (!regex_compile(&a, pattern, &re, &why))
		answer("error", why);
	else
		answer("ok", regex_match(&re, text) ? S("true") : S("false"));
	arena_free(&a);
}

// next_text reads a text from the input into a.
static bool next_text(Arena *a, Str *out)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n = getdelim(&line, &cap, 0, stdin);

	if (n > 0)
		*out = str_dup(a, (Str){line, n - (line[n - 1] == 0)});
	free(line);
	return n > 0;
}

int main(int argc, char **argv)
{
	bool regex = argc == 2 && strcmp(argv[1], "regex") == 0;
	Arena a = {0};
	Str text, pattern;

	if (argc != 2 || (!regex && strcmp(argv[1], "template") != 0))
		return 2;
	while (next_text(&a, &text)) {
		pattern = text;
		if (!regex)
			expand(text);
		else if (next_text(&a, &text))
			match(pattern, text);
	}
	arena_free(&a);
	return 0;
}
