#include "plan/signals.h"

#include "base/near.h"
#include "plan/version.h"
#include "plan/workspace.h"

static const char *const names[] = {"logs", "metrics", "traces"};

static StrList all_signals(Arena *a)
{
	StrList all = {.arena = a};

	for (isize i = 0; i < countof(names); i++)
		strlist_add(&all, str_from(names[i]));
	return all;
}

bool signals_read(Arena *a, Str text, StrList *out, Diags *d)
{
	StrList all = all_signals(a);
	Str rest = str_trim(text.len > 0 ? text : S("all"));

	*out = (StrList){.arena = a};
	while (rest.len > 0) {
		Str name = str_trim(str_cut(&rest, ','));
		if (str_eq(name, S("all"))) {
			*out = all;
			return true;
		}
		if (!strlist_has(&all, name)) {
			Str near = nearest(&all, name);
			diag_fault(d, "OTEL_GO_SIGNALS: unknown signal '%.*s'", STR_ARG(name));
			if (near.len == 0)
				return diag_help(d, "it takes traces, metrics, logs, or all");
			return diag_help(d,
				"did you mean '%.*s'? It takes traces, metrics, logs, or all",
				STR_ARG(near));
		}
		if (!strlist_has(out, name))
			strlist_add(out, name);
	}
	strlist_sort(out);
	return true;
}

static bool has_family_for(Arena *a, const StrMap *packages, Str signal)
{
	StrList one = {.arena = a};

	strlist_add(&one, signal);
	return workspace_has_family(packages, &one);
}

bool signals_settle(StrList *chosen, const StrMap *packages, Str requirements)
{
	Arena *a = chosen->arena;
	const Module *api = module_named(packages, S("go.opentelemetry.io/otel"));
	isize kept = 0, n = chosen->n;

	if (!api || !has_family_for(a, packages, S("traces")) ||
		version_cmp(api->version, workspace_brings(requirements, api->path)) >= 0)
		return false;
	for (isize i = 0; i < n; i++)
		if (has_family_for(a, packages, chosen->v[i]))
			chosen->v[kept++] = chosen->v[i];
	chosen->n = kept;
	return kept < n;
}

bool signals_serve(const StrList *chosen, const Rule *r)
{
	Str rest = r->signal.len > 0 ? r->signal : S("traces,metrics");

	while (rest.len > 0)
		if (strlist_has(chosen, str_trim(str_cut(&rest, ','))))
			return true;
	return false;
}

bool signals_check(Arena *a, const Rule *r, Diags *d)
{
	StrList all = all_signals(a);

	for (Str rest = r->signal; rest.len > 0;) {
		Str name = str_trim(str_cut(&rest, ','));
		if (strlist_has(&all, name))
			continue;
		diag_error(d, r->src, r->at, "rule '%.*s': unknown signal '%.*s'", STR_ARG(r->name),
			STR_ARG(name));
		Str near = nearest(&all, name);
		return near.len > 0 ? diag_help(d, "did you mean '%.*s'?", STR_ARG(near)) : false;
	}
	return true;
}
