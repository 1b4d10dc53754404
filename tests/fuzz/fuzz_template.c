// Whatever the template, it comes to an end: with a text, the same each time, or with
// one error, whose place is inside of it.
#include "fuzz/fuzz.h"
#include "text/template.h"

static const TemplateValue members[] = {
	{.kind = TEMPLATE_PAIR, .key = {"k", 1}, .text = {"v", 1}},
	{.kind = TEMPLATE_TEXT, .text = {"t", 1}},
};

// A is a text, N its number of arguments, L a list.
static bool look_up(
	void *of, Str name, const TemplateValue *args, isize nargs, TemplateValue *out, Str *why)
{
	(void)of, (void)args;
	*why = S("too many arguments");
	if (name.p[0] == 'A')
		*out = (TemplateValue){.kind = TEMPLATE_TEXT, .text = S("a")};
	else if (name.p[0] == 'N')
		*out = (TemplateValue){.kind = TEMPLATE_NUMBER, .number = nargs};
	else
		*out = (TemplateValue){
			.kind = TEMPLATE_LIST, .list = members, .n = countof(members)};
	return nargs < 2;
}

static bool expand(Arena *a, const Source *src, Str *out, Diags *d)
{
	TemplateOrigin from = {src, {0, (int32_t)src->text.len}, src->text};
	TemplateData data = {.lookup = look_up, .text = S("f()")};
	StrList names = {.arena = a};

	strlist_add(&names, S("A"));
	strlist_add(&names, S("L"));
	strlist_add(&names, S("N"));
	const Template *t = template_parse(a, &from, &names, d);
	return t && template_expand(a, t, &data, out, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = {0};
	Source src = {S("fuzz.tmpl"), {(const char *)data, (isize)size}};
	Diags d = {.arena = &a};
	Str out = S(""), again = S("");

	bool ok = expand(&a, &src, &out, &d);
	ensure(d.nerror == !ok);
	ensure(expand(&a, &src, &again, &d) == ok && str_eq(out, again));
	for (const Diag *diag = d.first; diag; diag = diag->next) {
		ensure(0 <= diag->at.from && diag->at.from <= diag->at.to);
		ensure(diag->at.to <= (isize)size);
		diag_line(&a, diag);
	}
	arena_free(&a);
	return 0;
}
