// manifest.c - what a program will say of itself: see otel manifest.
//
// It is part of the text of the main package, so a program is linked anew whenever anything
// in it changes. It names no path and no date: the same input gives the same program.
#include "base/release.h"
#include "plan/planner.h"
#include "text/bundle.h"

static void put(StrBuf *b, const char *before, Str value)
{
	buf_add(b, str_from(before));
	json_quote(b, value);
}

static void put_names(StrBuf *b, const char *before, const StrList *names)
{
	buf_add(b, str_from(before));
	for (isize i = 0; i < names->n; i++)
		put(b, i ? "," : "", names->v[i]);
	buf_add(b, S("]"));
}

// target_of names what a rule is woven into. A change's join does not know: its rule may be for
// any.
static Str target_of(Arena *a, const Planner *p, const Woven *w, const Join *j)
{
	if (j->kind != JOIN_CHANGE)
		return target_name(a, j->recv, j->func);
	for (const Decision *c = p->out->decisions.first; c; c = c->next)
		if (str_eq(c->rule, j->rule) && str_eq(c->digest, w->digest))
			return target_name(a, c->recv, c->func);
	return S("");
}

static void put_rules(StrBuf *b, const Planner *p, const Woven *w)
{
	for (isize i = 0; i < w->spec.n; i++) {
		const Join *j = &w->spec.joins[i];
		put(b, i ? ",{\"rule\":" : "{\"rule\":", j->rule);
		put(b, ",\"target\":", target_of(b->arena, p, w, j));
		if (j->hook) {
			bool span = j->kind == JOIN_SPAN; // of several hooks: named as in explain
			put(b, ",\"hook\":",
				span ? str_from(modifier_name(DO_SPAN)) : j->hook->name);
			put(b, ",\"hook_package\":", j->hook->package);
		} else {
			put(b, ",\"modifier\":", str_from(modifier_name(j->change->modifier)));
		}
		buf_add(b, S("}"));
	}
}

static void put_woven(StrBuf *b, const Planner *p, const Woven *w)
{
	const Module *m = w->package->module;

	put(b, "{\"package\":", package_path(w->package));
	put(b, ",\"version\":", m ? m->version : S(""));
	put(b, ",\"mark\":", w->digest);
	buf_add(b, S(",\"rules\":["));
	put_rules(b, p, w);
	buf_add(b, S("]}"));
}

Str planner_manifest(Planner *p, const Package *main, const StrList *extensions)
{
	StrBuf b = {.arena = p->arena};
	const char *comma = "";

	put(&b, "{\"otel\":", S(OTEL_VERSION));
	put(&b, ",\"bundle\":", str_slice(bundle_digest(), 0, 16));
	put(&b, ",\"go\":", p->env.version);
	buf_addf(&b, ",\"only_rules\":%s", p->in->only_rules ? "true" : "false");
	put_names(&b, ",\"signals\":[", &p->out->signals);
	if (extensions->n > 0)
		put_names(&b, ",\"extensions\":[", extensions);
	buf_add(&b, S(",\"woven\":["));
	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		if (!planner_is_part(main, w->package))
			continue;
		buf_add(&b, str_from(comma));
		put_woven(&b, p, w);
		comma = ",";
	}
	buf_add(&b, S("]}"));
	return buf_str(&b);
}
