#include "plan/planner.h"

// A value with blanks or quotes is quoted. Source: runtime/debug.quoteValue.
static void put_value(StrBuf *b, Str value)
{
	bool bare = true;

	for (isize i = 0; i < value.len && bare; i++)
		bare = str_find(S(" \t\r\n\"`"), str_slice(value, i, i + 1)) < 0;
	if (bare) {
		buf_add(b, value);
		return;
	}
	buf_add(b, S("\""));
	for (isize i = 0; i < value.len; i++) {
		char c = value.p[i];
		bool blank = c == '\t' || c == '\r' || c == '\n';
		buf_addf(b, c == '"' || c == '\\' ? "\\%c" : "%c", blank ? ' ' : c);
	}
	buf_add(b, S("\""));
}

// What the plain build says of a module for which ours has a folder, if that is not
// the module's own place: one of the vendor folder, a replacement that is relative, or our copy.
static void put_module(StrBuf *b, const Module *m, Str sum)
{
	buf_addf(b, "%.*s\t%.*s", STR_ARG(m->path), STR_ARG(m->version));
	if (m->replace_path.len > 0)
		buf_addf(b, "\n=>\t%.*s\t%.*s", STR_ARG(m->replace_path),
			STR_ARG(m->replace_version.len > 0 ? m->replace_version : S("(devel)")));
	buf_addf(b, "\t%.*s\n", STR_ARG(sum));
}

Str planner_modinfo(Planner *p)
{
	StrBuf b = {.arena = p->arena};
	StrMap done = {.arena = p->arena};
	Str gcflags = goargs_last(p->args, S("gcflags"));

	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		Module *m = pkg->module;
		if (!m || m->version.len == 0 || map_get(&done, m->path))
			continue;
		map_put(&done, m->path, m);
		bool folder = m->replace_path.len > 0 && m->replace_version.len == 0;
		if (strlist_has(&p->moved, m->path))
			put_module(&b, m, m->sum);
		else if (folder || p->workspace.vendored)
			put_module(&b, m, S(""));
	}
	if (gcflags.len > 0) {
		buf_add(&b, S("build\t-gcflags="));
		put_value(&b, gcflags);
		buf_add(&b, S("\n"));
	}
	return buf_str(&b);
}
