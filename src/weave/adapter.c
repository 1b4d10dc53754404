#include "weave/adapter.h"

#include "base/buf.h"
#include "golang/type.h"
#include "text/json.h"

typedef struct {
	Arena *arena;
	Str package;
	StrBuf out;
	StrMap served; // hook -> the package whose function it is itself
	StrList done;  // symbols, with their packages
} Links;

// ---- the adapters of a HookContext

static Hook *adapter(Arena *a, const Hook *calls, const Hook *named, const Site *site, Str role)
{
	Hook *h = arena_new(a, Hook);

	h->name = named->name;
	h->package = named->package;
	h->site = str_format(a, "%.*s %.*s %.*s.%.*s %td", STR_ARG(role), STR_ARG(site->package),
		STR_ARG(site->recv), STR_ARG(site->func), site->nvalues);
	h->calls = calls;
	h->params = arena_array(a, HookValue, (calls ? calls->nparams : 0) + 1);
	h->params[h->nparams++] = (HookValue){.type = S("any"), .text = S("any")};
	for (isize i = 0; calls && i < calls->nparams; i++)
		h->params[h->nparams++] = calls->params[i];
	return h;
}

void adapters_make(Arena *a, Hook *before, Hook *after, const Site *site, Join *out)
{
	const Hook *named = before ? before : after;

	ensure(named);
	Hook *enter = adapter(a, before, named, site, S("enter"));

	out->kind = JOIN_FRAME;
	enter->results = arena_array(a, HookResult, 2);
	enter->results[enter->nresults++] = (HookResult){.kind = RESULT_STATE, .type = S("any")};
	enter->results[enter->nresults++] = (HookResult){.kind = RESULT_SKIP, .type = S("bool")};
	hook_seal(a, enter);
	out->hook = enter;
	if (!after)
		return;
	out->leave = adapter(a, after, after, site, S("leave"));
	hook_seal(a, out->leave);
}

// site_parts takes an adapter's site apart: the package, the function and how many values.
static void site_parts(Str site, Str *package, Str *func, Str *nvalues)
{
	str_cut(&site, ' ');
	*package = str_cut(&site, ' ');
	*func = str_cut(&site, ' ');
	str_cut(func, '.');
	*nvalues = site;
}

// add_values writes "p1 T, p2 U" or "p1, p2": what the hook itself is given.
static void add_values(StrBuf *b, const Hook *h, bool types)
{
	for (isize i = 1; i < h->nparams; i++) {
		buf_addf(b, ", p%td", i);
		if (types)
			buf_addf(b, " %.*s", STR_ARG(h->params[i].text));
		else if (h->params[i].variadic)
			buf_add(b, S("..."));
	}
}

static void add_enter(StrBuf *b, const Hook *h, Str name)
{
	Str package, func, nvalues;

	site_parts(h->site, &package, &func, &nvalues);
	buf_addf(b, "func %.*s(frame any", STR_ARG(name));
	add_values(b, h, true);
	buf_addf(b,
		") (state any, skip bool) {\n\tc := otelhookcontext.New(frame, %.*s, \"%.*s\", "
		"\"%.*s\")\n",
		STR_ARG(nvalues), STR_ARG(func), STR_ARG(package));
	if (h->calls) {
		buf_addf(b, "\tstate = c\n\tdefer c.Caught(\"%.*s\")\n\t%.*s(c", STR_ARG(h->name),
			STR_ARG(h->name));
		add_values(b, h, false);
		buf_add(b, S(")\n"));
	}
	buf_add(b, S("\treturn c, c.IsSkipCall()\n}\n"));
}

static void add_leave(StrBuf *b, const Hook *h, Str name)
{
	buf_addf(b, "func %.*s(state any", STR_ARG(name));
	add_values(b, h, true);
	buf_addf(b,
		") {\n\tif c, ok := state.(*otelhookcontext.Context); ok {\n"
		"\t\tdefer c.Caught(\"%.*s\")\n\t\t%.*s(c",
		STR_ARG(h->name), STR_ARG(h->name));
	add_values(b, h, false);
	buf_add(b, S(")\n\t}\n}\n"));
}

// ---- spans

static const Str spans_package = {"otel.tool/runtime/spans", 23};

static Hook *spans_hook(Arena *a, const char *name, Str site)
{
	Hook *h = arena_new(a, Hook);

	h->name = str_from(name);
	h->package = spans_package;
	h->site = site;
	h->params = arena_array(a, HookValue, 3);
	h->results = arena_array(a, HookResult, 3);
	return h;
}

static void add_param(Hook *h, const char *type)
{
	h->params[h->nparams++] = (HookValue){.type = str_from(type), .text = str_from(type)};
}

void span_adapters(Arena *a, Str context, bool error, Join *out)
{
	const SpanRule *rule = out->span->rule;
	Str at = str_format(a, "span %.*s %.*s %.*s %.*s", STR_ARG(out->span->function),
		STR_ARG(out->span->name), STR_ARG(rule->histogram), STR_ARG(rule->counter));
	Hook *start = spans_hook(a, "start", at);
	Hook *end = spans_hook(a, error ? "endError" : "end", S(""));

	out->kind = JOIN_SPAN;
	if (context.len > 0) {
		start->params[start->nparams++] = (HookValue){.type = context};
		if (!str_eq(context, S("any")))
			start->results[start->nresults++] =
				(HookResult){.kind = RESULT_NEW, .type = context};
	}
	start->results[start->nresults++] = (HookResult){.kind = RESULT_STATE, .type = S("any")};
	start->results[start->nresults++] = (HookResult){.kind = RESULT_SKIP, .type = S("bool")};
	add_param(end, "any");
	if (error)
		add_param(end, "error");
	out->hook = start;
	out->leave = end;
	hook_seal(a, start);
	hook_seal(a, end);
	if (!out->span->attributes)
		return;
	out->value = spans_hook(a, "value", S(""));
	add_param(out->value, "any");
	add_param(out->value, "int");
	add_param(out->value, "any");
	hook_seal(a, out->value);
}

static void add_quoted(StrBuf *b, const char *field, Str value)
{
	if (value.len == 0)
		return;
	buf_addf(b, "%s: ", field);
	json_quote(b, value);
	buf_add(b, S(", "));
}

// add_function writes what the spans of one function have in common.
static void add_function(StrBuf *b, const SpanSpec *s, isize n)
{
	buf_addf(b, "var otels%td = (&function{", n);
	add_quoted(b, "name", s->name);
	add_quoted(b, "code", s->function);
	add_quoted(b, "kind", s->rule->kind);
	add_quoted(b, "histogram", s->rule->histogram);
	add_quoted(b, "counter", s->rule->counter);
	add_quoted(b, "unit", s->rule->unit);
	buf_add(b, S("attributes: []attr{"));
	for (const SpanAttribute *at = s->attributes; at; at = at->next) {
		buf_add(b, S("{"));
		add_quoted(b, "key", at->key);
		if (!str_starts(at->value, S("$")))
			add_quoted(b, "text", at->value);
		buf_add(b, S("}, "));
	}
	buf_add(b, S("}}).register()\n"));
}

static void add_start(StrBuf *b, const Hook *h, Str name, isize n)
{
	Str type = h->nparams > 0 ? h->params[0].type : S("");

	if (str_eq(type, S("context.Context")))
		buf_addf(b,
			"func %.*s(ctx otelcontext.Context) (otelcontext.Context, any, bool) { "
			"return "
			"otels%td.start(ctx) }\n",
			STR_ARG(name), n);
	else if (str_eq(type, S("*net/http.Request")))
		buf_addf(b,
			"func %.*s(r *otelhttp.Request) (*otelhttp.Request, any, bool) { return "
			"otels%td.startRequest(r) }\n",
			STR_ARG(name), n);
	else if (type.len > 0)
		buf_addf(b, "func %.*s(v any) (any, bool) { return otels%td.startIn(v) }\n",
			STR_ARG(name), n);
	else
		buf_addf(b, "func %.*s() (any, bool) { return otels%td.startIn(nil) }\n",
			STR_ARG(name), n);
}

// ---- a typed hook for one more package

static void add_forwarder(StrBuf *b, const Hook *h, Str name)
{
	StrBuf given = {.arena = b->arena};

	buf_addf(b, "func %.*s(", STR_ARG(name));
	for (isize i = 0; i < h->nparams; i++) {
		buf_addf(b, "%sp%td %.*s", i ? ", " : "", i, STR_ARG(h->params[i].text));
		buf_addf(&given, "%sp%td", i ? ", " : "", i);
	}
	buf_add(b, S(") ("));
	for (isize i = 0; i < h->nresults; i++)
		buf_addf(b, "%s%.*s", i ? ", " : "", STR_ARG(h->results[i].text));
	buf_addf(b, ") { %s%.*s(%.*s) }\n", h->nresults > 0 ? "return " : "", STR_ARG(h->name),
		STR_ARG(buf_str(&given)));
}

// ---- the file

static void add_hook(Links *l, const Hook *h, Str target, const SpanSpec *span)
{
	Arena *a = l->arena;
	if (!h)
		return;
	Str key = str_format(a, "%.*s.%.*s", STR_ARG(target), STR_ARG(h->symbol)), name = h->name;
	bool adapter = h->site.len > 0;

	if (!str_eq(h->package, l->package) || strlist_has(&l->done, key))
		return;
	strlist_add(&l->done, key);
	isize n = l->done.n;
	bool again = !adapter && map_get(&l->served, h->name);
	if (adapter || again)
		name = str_format(a, "otelf%td", n);
	buf_addf(&l->out, "\n//go:linkname %.*s %.*s\n", STR_ARG(name), STR_ARG(key));
	if (adapter && span) {
		add_function(&l->out, span, n);
		add_start(&l->out, h, name, n);
	} else if (adapter && h->nresults > 0)
		add_enter(&l->out, h, name);
	else if (adapter)
		add_leave(&l->out, h, name);
	else if (again)
		add_forwarder(&l->out, h, name);
	else
		map_put(&l->served, h->name, l);
	buf_addf(&l->out, "//go:linkname otelv%td %.*s_v\nvar otelv%td = %.*s\n", n, STR_ARG(key),
		n, STR_ARG(name));
}

static void add_import(StrBuf *b, Str body, Str alias, Str path)
{
	Str use = str_format(b->arena, "%.*s.", STR_ARG(alias));

	if (str_find(body, use) >= 0)
		buf_addf(b, "import %.*s \"%.*s\"\n", STR_ARG(alias), STR_ARG(path));
}

Str adapter_links(Arena *a, Str package_name, Str package, const StrList *aliases,
	const Spec *const *specs, isize n)
{
	Links l = {.arena = a,
		.package = package,
		.out = {.arena = a},
		.served = {.arena = a},
		.done = {.arena = a}};
	StrBuf b = {.arena = a};

	for (isize i = 0; i < n; i++) {
		for (isize k = 0; k < specs[i]->n; k++) {
			const Join *j = &specs[i]->joins[k];
			add_hook(&l, j->hook, specs[i]->package, j->span);
			add_hook(&l, j->leave, specs[i]->package, NULL);
			add_hook(&l, j->value, specs[i]->package, NULL);
		}
	}
	Str body = buf_str(&l.out);
	buf_addf(&b, "package %.*s\n\nimport _ \"unsafe\"\n", STR_ARG(package_name));
	add_import(&b, body, S("otelcontext"), S("context"));
	add_import(&b, body, S("otelhttp"), S("net/http"));
	add_import(&b, body, S("otelhookcontext"), S("otel.tool/runtime/hookcontext"));
	for (isize i = 0; i < aliases->n; i++)
		add_import(&b, body, type_alias(a, i), aliases->v[i]);
	buf_add(&b, body);
	return buf_str(&b);
}
