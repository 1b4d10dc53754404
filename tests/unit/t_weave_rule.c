#include "base/buf.h"
#include "test.h"
#include "weave/rule.h"

#define HEAD "r:\n  target: net/http\n  where: {func: F}\n"
#define DO "  do: [inject_hooks: {before: H, path: p}]\n"

// What a rule says, on one line.
static void show(StrBuf *b, const Rule *r)
{
	buf_addf(b, "%s%.*s: %.*s[%.*s][%.*s] (%.*s).%.*s -> %.*s.%.*s", b->len > 0 ? "; " : "",
		STR_ARG(r->name), STR_ARG(r->target), STR_ARG(r->version), STR_ARG(r->go),
		STR_ARG(r->recv), STR_ARG(r->func), STR_ARG(r->hook_path), STR_ARG(r->before));
	if (r->has_args)
		buf_addf(b, "(%.*s)", STR_ARG(str_join(b->arena, &r->args, S(", "))));
	if (r->noescape)
		buf_add(b, S(" noescape"));
}

// Each row is a rule file, and what we read of it or the errors that we give.
TEST(test_read)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"", ""},
		{"# nothing\n", ""},
		{HEAD DO, "r: net/http[][] ().F -> p.H"},
		{"r:\n  target: a/b\n  version: v1,v2\n  go: go1.25\n  name: other\n"
		 "  where:\n    func: M\n    recv: '*T'\n"
		 "  do:\n  - inject_hooks:\n      before: H\n      path: p/q\n      args: [a, "
		 "b.c]\n",
			"other: a/b[v1,v2][go1.25] (*T).M -> p/q.H(a, b.c)"},
		{HEAD "  do:\n  - inject_hooks: {before: H, path: p, args: []}\n"
		      "  - inject_hooks: {before: I, path: p}\n",
			"r: net/http[][] ().F -> p.H(); r: net/http[][] ().F -> p.I"},
		{"[a]", "o.yaml:1:1: error: expected a map of rules, found a list"},
		{"r: x", "o.yaml:1:4: error: expected a map, found a text"},
		{"r: {}", "o.yaml:1:1: error: rule 'r' has no 'do'"},
		{"r:\n  where: {func: F}\n" DO, "o.yaml:1:1: error: rule 'r' has no 'target'"},
		{"r:\n  target: t\n" DO, "o.yaml:1:1: error: rule 'r' has no 'func' in 'where'"},
		{HEAD, "o.yaml:1:1: error: rule 'r' has no 'do'"},
		{HEAD "  do: []\n",
			"o.yaml:4:7: error: expected a list of modifiers, found a list"},
		{HEAD "  do: [inject_hooks: {path: p}]\n",
			"o.yaml:1:1: error: rule 'r' has no 'before' or 'after' in 'inject_hooks'"},
		{HEAD "  do: [inject_hooks: {before: H}]\n",
			"o.yaml:1:1: error: rule 'r' has no 'path' in 'inject_hooks'"},
		{HEAD "  do: [inject_hooks: {before: H, path: p, noescape: true}]\n",
			"r: net/http[][] ().F -> p.H noescape"},
		{HEAD "  do: [inject_hooks: {before: H, path: p, noescape: false}]\n",
			"r: net/http[][] ().F -> p.H"},
		{HEAD "  do: [inject_hooks: {before: H, path: p, noescape: yes}]\n",
			"o.yaml:4:53: error: expected true or false, found a text"},
		{HEAD "  do: [inject_hooks: {befor: H, path: p}]\n",
			"o.yaml:4:23: error: unknown key 'befor'\nhelp: did you mean 'before'?"},
		{HEAD "  do: [inject_hook: {before: H, path: p}]\n",
			"o.yaml:4:8: error: unknown modifier 'inject_hook'\n"
			"help: did you mean 'inject_hooks'?"},
		{HEAD "  do: [wrap_call: {}]\n",
			"o.yaml:1:1: error: rule 'r' has no 'function_call' in 'where', which "
			"'wrap_call' needs"},
		{HEAD "  do: [{a: 1, b: 2}]\n",
			"o.yaml:4:8: error: expected a map of one modifier, found a map"},
		{"r:\n  target: t\n  where: {struct: S}\n" DO,
			"o.yaml:1:1: error: rule 'r': 'struct' in 'where' is not for "
			"'inject_hooks'"},
		{"r:\n  target: t\n  func: M\n  recv: T\n  before: H\n  path: p\n",
			"r: t[][] (T).M -> p.H"},
		{"r:\n  target: t\n  where: {func: M}\n  before: H\n  path: p\n",
			"o.yaml:3:3: error: a rule with 'where' has its hooks in 'do', under "
			"'inject_hooks'"},
		{HEAD "  recv: T\n" DO,
			"o.yaml:4:3: error: beside 'do', 'recv' belongs into 'where'"},
		{HEAD "  path: p\n" DO,
			"o.yaml:4:3: error: beside 'do', 'path' belongs into 'inject_hooks'"},
		{"r:\n  target: t\n  where: {func: }\n" DO,
			"o.yaml:3:17: error: expected a text, found nothing"},
		{"r:\n  target: [t]\n  zzzzz: 1\n  where: {func: F}\n" DO,
			"o.yaml:2:11: error: expected a text, found a list\n"
			"o.yaml:3:3: error: unknown key 'zzzzz'"},
		{HEAD "  order: one\n" DO,
			"o.yaml:4:10: error: expected a number of up to five digits, found 'one'"},
		{HEAD "  version: v1,v2,v3\n" DO,
			"o.yaml:4:12: error: expected a version, or two with a comma between "
			"them, found 'v1,v2,v3'"},
		{HEAD "  version: v1,\n" DO,
			"o.yaml:4:12: error: expected a version, or two with a comma between "
			"them, found 'v1,'"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Source src = {S("o.yaml"), str_from(rows[i].in)};
		Diags d = {.arena = &a};
		Rules read = {.exclude.arena = &a, .off.arena = &a, .trust.arena = &a};
		StrBuf got = {.arena = &a};

		test_row = rows[i].in;
		bool ok = rules_read(&a, &src, &read, &d);
		CHECK(ok == (d.nerror == 0));
		for (const Rule *r = read.first; r; r = r->next)
			show(&got, r);
		if (!ok)
			buf_add(&got, test_diags(&a, &d));
		CHECK_STR(buf_str(&got), str_from(rows[i].want));
		arena_free(&a);
	}
}

// Rules of several files make one list, by order, then by name.
TEST(test_order)
{
	static const char *const files[] = {
		"b:\n  order: 1\n  target: t\n  where: {func: F}\n" DO
		"c:\n  target: t\n  where: {func: F}\n" DO,
		"a:\n  order: 1\n  target: t\n  where: {func: F}\n" DO
		"z:\n  order: -2\n  target: t\n  where: {func: F}\n" DO,
	};
	Arena a = {0};
	Diags d = {.arena = &a};
	Source src[countof(files)];
	Rules read = {.exclude.arena = &a, .off.arena = &a, .trust.arena = &a};
	StrList got = {.arena = &a};

	for (isize i = 0; i < countof(files); i++) {
		src[i] = (Source){S("f.yaml"), str_from(files[i])};
		CHECK(rules_read(&a, &src[i], &read, &d));
	}
	for (const Rule *r = read.first; r; r = r->next)
		strlist_add(&got, r->name);
	CHECK_STR(str_join(&a, &got, S(" ")), S("z c a b"));
	arena_free(&a);
}

// A rule with an error is left out; the others are read.
TEST(test_goes_on)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Source src = {S("f.yaml"), S("bad: {}\n" HEAD DO)};
	Rules read = {.exclude.arena = &a, .off.arena = &a, .trust.arena = &a};

	CHECK(!rules_read(&a, &src, &read, &d));
	CHECK(read.first && !read.first->next && str_eq(read.first->name, S("r")));
	arena_free(&a);
}

SUITE(weave_rule, RUN(test_read), RUN(test_order), RUN(test_goes_on));
