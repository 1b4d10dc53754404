// span.c - spans and measurements of functions, woven: what `spans` and `metrics` ask for.
//
//	ctx2, c, on := START(ctx); ctx = ctx2
//	if on { func() { defer func() { _ = recover() }(); VALUE(c, 0, req.User.ID) }() }
//	defer func() { if on { … of results … }; END(c, err) }()
//
// START and the others are functions of otel.tool/runtime/spans. A value is only asked for while
// the span is recorded, and one that cannot be had, behind a nil pointer, is left out.
#include "weave/target.h"

// What "$1.Name" stands for in a function.
typedef struct {
	Str text;    // the expression
	bool result; // it is there only at the end
	Value *value;
} Given;

static bool is_number(Str s)
{
	for (isize i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.len > 0 && s.len < 4;
}

static isize number(Str s)
{
	isize n = 0;

	for (isize i = 0; i < s.len; i++)
		n = 10 * n + (s.p[i] - '0');
	return n;
}

static Value *find_value(Target *t, Str word)
{
	isize first = t->fn.is_method ? 1 : 0;

	if (str_eq(word, S("recv")))
		return first ? &t->values[0] : NULL;
	if (is_number(word)) {
		isize i = first + number(word) - 1;
		return number(word) >= 1 && i < t->nvalues ? &t->values[i] : NULL;
	}
	for (isize i = 0; i < t->nvalues; i++)
		if (str_eq(t->values[i].param->name, word))
			return &t->values[i];
	return NULL;
}

// find_result returns the index of a result: "result" or "result1" is the first, or one by its
// name.
static isize find_result(const Target *t, Str word)
{
	isize n = t->fn.results.n;

	if (str_starts(word, S("result"))) {
		Str rest = str_slice(word, 6, word.len);
		if (rest.len == 0)
			return n > 0 ? 0 : -1;
		if (is_number(rest))
			return number(rest) >= 1 && number(rest) <= n ? number(rest) - 1 : -1;
	}
	for (isize i = 0; i < n; i++)
		if (word.len > 0 && str_eq(t->fn.results.v[i].name, word))
			return i;
	return -1;
}

// find_given finds what a value of a rule stands for. The names of values and results are those
// of the woven text only when all joins have said which they use.
static bool find_given(Target *t, Str value, Given *out)
{
	Str path = str_slice(value, 1, value.len), word = str_cut(&path, '.'), name;
	isize result = -1;

	*out = (Given){.value = find_value(t, word)};
	if (out->value)
		name = out->value->name;
	else if ((result = find_result(t, word)) >= 0)
		name = t->result_names.v[result];
	else
		return false;
	out->result = result >= 0;
	out->text = path.len > 0
			    ? str_format(t->w->arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(path))
			    : name;
	return true;
}

static bool is_value(const SpanAttribute *at)
{
	return str_starts(at->value, S("$"));
}

// error_result returns the index of the last result if it is an error, or -1.
static isize error_result(const Target *t)
{
	isize last = t->fn.results.n - 1;
	Str rest = t->results, type = {0};

	while (rest.len > 0)
		type = cut_type(&rest);
	return last >= 0 && str_eq(type, S("error")) ? last : -1;
}

bool span_fits(Target *t, const Join *j)
{
	bool results = error_result(t) >= 0;

	for (const SpanAttribute *at = j->span->attributes; at; at = at->next) {
		Given g;
		if (!is_value(at))
			continue;
		if (find_given(t, at->value, &g)) {
			results |= g.result;
			if (g.value)
				g.value->used = true;
		} else if (!j->span->wide) {
			diag_warn(t->w->diags, t->f->src, t->fn.name_at,
				"rule '%.*s': '%.*s' has no '%.*s'", STR_ARG(j->rule),
				STR_ARG(j->func), STR_ARG(at->value));
			return false;
		}
	}
	if (j->span->context >= 0 && j->span->context < t->nvalues)
		t->values[j->span->context].used = true;
	t->results_used |= results;
	return true;
}

// ---- what the woven function calls

static void declare_start(Target *t, const Join *j)
{
	const Hook *h = j->hook;
	Declaration d = {.hook = h, .results = S(" (interface{}, bool)"), .back = S("nil, false")};
	Str type = {0};

	if (h->nparams > 0) {
		bool boxed = str_eq(h->params[0].type, S("any"));
		type = boxed ? S("interface{}") : t->values[j->span->context].text;
		d.params = str_format(t->w->arena, "p0 %.*s", STR_ARG(type));
	}
	if (hook_result(h, RESULT_NEW)) {
		d.results = str_format(t->w->arena, " (%.*s, interface{}, bool)", STR_ARG(type));
		d.back = S("p0, nil, false");
	}
	declare_hook(t, &d);
}

static void declare_others(Target *t, const Join *j)
{
	bool error = j->leave->nparams > 1;

	if (j->value)
		declare_hook(t, &(Declaration){.hook = j->value,
					.params = S("p0 interface{}, p1 int, p2 interface{}")});
	declare_hook(
		t, &(Declaration){.hook = j->leave,
			   .params = error ? S("p0 interface{}, p1 error") : S("p0 interface{}")});
}

// ---- the body

// add_values hands over the values that are there at the beginning, or those at the end.
static void add_values(Target *t, const Join *j, bool results, Str state, Str on)
{
	StrBuf b = {.arena = t->w->arena};
	isize i = 0;

	for (const SpanAttribute *at = j->span->attributes; at; at = at->next, i++) {
		Given g;
		if (!is_value(at) || !find_given(t, at->value, &g) || g.result != results)
			continue;
		Str args =
			str_format(b.arena, "%.*s, %td, %.*s", STR_ARG(state), i, STR_ARG(g.text));
		buf_addf(&b, " func() { defer func() { _ = recover() }(); %.*s }();",
			STR_ARG(hook_call(t, j->value, args)));
	}
	if (b.len > 0)
		buf_addf(&t->entry, " if %.*s {%.*s };", STR_ARG(on), STR_ARG(buf_str(&b)));
}

void span_weave(Target *t, const Join *j, isize k)
{
	StrBuf *b = &t->entry;
	Str state = our_name(t, 'c', k), on = our_name(t, 's', k), new = our_name(t, 'n', k);
	Str context = j->hook->nparams > 0 ? t->values[j->span->context].name : S("");
	isize error = j->leave->nparams > 1 ? error_result(t) : -1;
	Str end = state;

	declare_start(t, j);
	declare_others(t, j);
	bool replaces = hook_result(j->hook, RESULT_NEW) != NULL;
	if (replaces)
		buf_addf(b, " %.*s,", STR_ARG(new));
	buf_addf(b, " %.*s, %.*s := %.*s;", STR_ARG(state), STR_ARG(on),
		STR_ARG(hook_call(t, j->hook, context)));
	if (replaces)
		buf_addf(b, " %.*s = %.*s;", STR_ARG(context), STR_ARG(new));
	add_values(t, j, false, state, on);
	buf_addf(b, " _ = %.*s; defer func() {", STR_ARG(on));
	add_values(t, j, true, state, on);
	if (error >= 0)
		end = str_format(t->w->arena, "%.*s, %.*s", STR_ARG(state),
			STR_ARG(t->result_names.v[error]));
	buf_addf(b, " %.*s }();", STR_ARG(hook_call(t, j->leave, end)));
}
