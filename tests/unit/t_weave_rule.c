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

// What is in a Where, as text.
static void show_where(StrBuf *b, const Where *w)
{
	static const char *const names[] = {"all", "one", "not", "func", "directive", "signature",
		"contains", "param", "result", "last", "struct", "identifier", "call", "literal",
		"has_func", "has_struct", "has_directive", "has_package", "is_test"};

	buf_addf(b, "%s", names[w->kind]);
	if (w->of.len > 0)
		buf_addf(b, "[%.*s]", STR_ARG(w->of));
	if (w->text.len > 0)
		buf_addf(b, " %.*s", STR_ARG(w->text));
	if (w->args.n > 0 || w->returns.n > 0)
		buf_addf(b, " %.*s -> %.*s", STR_ARG(str_join(b->arena, &w->args, S(","))),
			STR_ARG(str_join(b->arena, &w->returns, S(","))));
	for (const Where *part = w->first; part; part = part->next) {
		buf_add(b, part == w->first ? S("(") : S(", "));
		show_where(b, part);
	}
	buf_add(b, w->first ? S(")") : S(""));
}

// What a rule without hooks does.
static void show_change(StrBuf *b, const Rule *r)
{
	const Change *c = &r->change;

	buf_addf(b, "%s%.*s: %.*s %s", b->len > 0 ? "; " : "", STR_ARG(r->name), STR_ARG(r->target),
		modifier_name(c->modifier));
	if (c->code.text.len > 0)
		buf_addf(b, " '%.*s'", STR_ARG(c->code.text));
	if (c->wrap.text.len > 0)
		buf_addf(b, " wrap '%.*s'", STR_ARG(c->wrap.text));
	if (c->pattern.text.len > 0)
		buf_addf(b, " %s /%.*s/", c->after ? "after" : "before", STR_ARG(c->pattern.text));
	if (c->append.n > 0)
		buf_addf(b, " append %.*s...%.*s", STR_ARG(str_join(b->arena, &c->append, S(","))),
			STR_ARG(c->variadic));
	for (const RuleField *f = c->fields; f; f = f->next)
		buf_addf(b, " {%.*s|%.*s|%.*s|%.*s}", STR_ARG(f->name.text), STR_ARG(f->type.text),
			STR_ARG(f->value.text), STR_ARG(f->wrap.text));
	if (c->file.len > 0)
		buf_addf(b, " %.*s of %.*s", STR_ARG(c->file), STR_ARG(r->hook_path));
	for (isize i = 0; i < c->import_names.n; i++)
		buf_addf(b, " import %.*s=%.*s", STR_ARG(c->import_names.v[i]),
			STR_ARG(c->import_paths.v[i]));
	if (c->span.name.len + c->span.kind.len + c->span.unit.len > 0)
		buf_addf(b, " %.*s/%.*s/%.*s", STR_ARG(c->span.name), STR_ARG(c->span.kind),
			STR_ARG(c->span.unit));
	if (c->span.histogram.len + c->span.counter.len > 0)
		buf_addf(b, " h=%.*s c=%.*s", STR_ARG(c->span.histogram), STR_ARG(c->span.counter));
	for (const SpanAttribute *at = c->span.attributes; at; at = at->next)
		buf_addf(b, " %.*s=%.*s", STR_ARG(at->key), STR_ARG(at->value));
	buf_add(b, S(" where "));
	show_where(b, c->where ? c->where : &(Where){0});
}

static void show_top(StrBuf *b, const char *what, const StrList *l)
{
	if (l->n > 0)
		buf_addf(b, "%s%s %.*s", b->len > 0 ? "; " : "", what,
			STR_ARG(str_join(b->arena, l, S(" "))));
}

typedef struct {
	const char *in, *want;
} Row;

static void check_rows(const Row *rows, isize n, void (*show_rule)(StrBuf *b, const Rule *r))
{
	for (isize i = 0; i < n; i++) {
		Arena a = {0};
		Source src = {S("o.yaml"), str_from(rows[i].in)};
		Diags d = {.arena = &a};
		Rules read = {.exclude.arena = &a, .off.arena = &a, .trust.arena = &a};
		StrBuf got = {.arena = &a};

		test_row = rows[i].in;
		bool ok = rules_read(&a, &src, &read, &d);
		CHECK(ok == (d.nerror == 0));
		for (const Rule *r = read.first; r; r = r->next)
			show_rule(&got, r);
		show_top(&got, "exclude", &read.exclude);
		show_top(&got, "off", &read.off);
		show_top(&got, "trust", &read.trust);
		for (const RuleUse *use = read.use; use; use = use->next)
			buf_addf(&got, "%suse %.*s", got.len > 0 ? "; " : "",
				STR_ARG(use->entry.text));
		if (!ok)
			buf_add(&got, test_diags(&a, &d));
		CHECK_STR(buf_str(&got), str_from(rows[i].want));
		arena_free(&a);
	}
}

// Each row is a rule file, and what we read of it or the errors that we give.
TEST(test_read)
{
	static const Row rows[] = {
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
			"o.yaml:4:7: error: expected a list of modifiers, found an empty list"},
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

	check_rows(rows, countof(rows), show);
}

#define CODE "  do: [inject_code: {raw: c}]\n"
#define WHERE(text) "r:\n  target: t\n  where: {func: F, " text "}\n" CODE

// `where`: every selector, and what is wrong with one.
TEST(test_where)
{
	static const Row rows[] = {
		{WHERE("directive: 'a:b'"),
			"r: t inject_code 'c' where all(func F, directive a:b)"},
		{WHERE("signature: {args: [int, ...string], returns: [error]}"),
			"r: t inject_code 'c' where all(func F, signature int,...string -> error)"},
		{WHERE("signature_contains: {returns: [error]}"),
			"r: t inject_code 'c' where all(func F, contains  -> error)"},
		{WHERE("param: '*net/http.Request', result: int, last_result: error"),
			"r: t inject_code 'c' where all(func F, param *net/http.Request, result "
			"int, last error)"},
		{WHERE("has_param: context.Context"),
			"r: t inject_code 'c' where all(func F, param[*] context.Context)"},
		{WHERE("all-of: [{param: int}, {result: int}], one-of: [{func: G}, {recv: T}], "
		       "not: {param: int, func: H}"),
			"r: t inject_code 'c' where all(func F, all(all(param int), all(result "
			"int)), one(all(func G), all(func[T])), not(param int, func H))"},
		{WHERE("file: {has_func: F, has_recv: '*T', has_struct: S}"),
			"r: t inject_code 'c' where all(func F, all(has_func[*T] F, has_struct "
			"S))"},
		{WHERE("file: {has_directive: d, has_package: p, is_test: true}"),
			"r: t inject_code 'c' where all(func F, all(has_directive d, has_package "
			"p, is_test))"},
		{WHERE("file: {is_test: false, not: {has_func: F}, one-of: [{has_struct: A}, "
		       "{all-of: [{has_struct: B}]}]}"),
			"r: t inject_code 'c' where all(func F, all(is_test[false], not(has_func "
			"F), one(all(has_struct A), all(all(all(has_struct B))))))"},
		{WHERE("pattern: 'x.*', placement: after"),
			"r: t inject_code 'c' after /x.*/ where all(func F)"},
		{WHERE("pattern: 'x.*'"), "r: t inject_code 'c' before /x.*/ where all(func F)"},
		{WHERE("recv: '*T'"), "r: t inject_code 'c' where all(func[*T] F)"},
		{WHERE("placement: behind"),
			"o.yaml:3:31: error: expected before or after, found 'behind'"},
		{WHERE("funk: G"),
			"o.yaml:3:20: error: unknown key 'funk'\nhelp: did you mean 'func'?"},
		{WHERE("file: {has_funk: G}"), "o.yaml:3:27: error: unknown key 'has_funk'\nhelp: "
					       "did you mean 'has_func'?"},
		{WHERE("file: {func: G}"), "o.yaml:3:27: error: unknown key 'func'"},
		{WHERE("file: x"), "o.yaml:3:26: error: expected a map, found a text"},
		{WHERE("file: {is_test: maybe}"),
			"o.yaml:3:36: error: expected true or false, found a text"},
		{WHERE("not: []"), "o.yaml:3:25: error: expected a map, found an empty list"},
		{WHERE("one-of: {func: G}"),
			"o.yaml:3:28: error: expected a list of maps, found a map"},
		{WHERE("one-of: []"),
			"o.yaml:3:28: error: expected a list of maps, found an empty list"},
		{WHERE("all-of: [x]"), "o.yaml:3:29: error: expected a map, found a text"},
		{WHERE("signature: [int]"),
			"o.yaml:3:31: error: expected a map of args and returns, found a list"},
		{WHERE("signature: {arg: [int]}"),
			"o.yaml:3:32: error: unknown key 'arg'\nhelp: did you mean 'args'?"},
		{WHERE("signature: {args: int}"),
			"o.yaml:3:38: error: expected a list, found a text"},
		{WHERE("signature: {args: [[int]]}"),
			"o.yaml:3:39: error: expected a text, found a list"},
		{WHERE("param: [int]"), "o.yaml:3:27: error: expected a text, found a list"},
		{WHERE("param: ''"), "o.yaml:3:27: error: expected a text, found nothing"},
	};

	check_rows(rows, countof(rows), show_change);
}

#define RULE(where, what) "r: {target: t, where: {" where "}, do: [" what "]}\n"

// Every modifier with all of its keys, and what is wrong with one.
TEST(test_modifiers)
{
	static const Row rows[] = {
		{RULE("func: F", "inject_code: {raw: c}"),
			"r: t inject_code 'c' where all(func F)"},
		{RULE("func: F", "inject_code: {}"),
			"o.yaml:1:1: error: rule 'r' has no 'raw' in 'inject_code'"},
		{RULE("struct: S", "inject_code: {raw: c}"),
			"o.yaml:1:1: error: rule 'r': 'struct' in 'where' is not for "
			"'inject_code'"},
		{RULE("file: {is_test: true}", "inject_code: {raw: c}"),
			"r: t inject_code 'c' where all(all(is_test))"},
		{RULE("struct: S", "add_struct_fields: {new_field: [{name: a, type: int}, {name: "
				   "b, type: T}]}"),
			"r: t add_struct_fields {a|int||} {b|T||} where all(struct S)"},
		{RULE("struct: S", "add_struct_fields: {new_field: [{name: a}]}"),
			"o.yaml:1:80: error: the field 'a' has no 'type'"},
		{RULE("struct: S", "add_struct_fields: {new_field: [{type: int}]}"),
			"o.yaml:1:73: error: a field has no 'name'"},
		{RULE("struct: S", "add_struct_fields: {new_field: [{name: a, value: int}]}"),
			"o.yaml:1:83: error: unknown key 'value'"},
		{RULE("struct: S", "add_struct_fields: {new_field: []}"),
			"o.yaml:1:72: error: expected a list of maps, found an empty list"},
		{RULE("struct: S", "add_struct_fields: {new_field: [a]}"),
			"o.yaml:1:73: error: expected a map, found a text"},
		{RULE("struct: S", "add_struct_fields: {}"),
			"o.yaml:1:1: error: rule 'r' has no 'new_field' in 'add_struct_fields'"},
		{RULE("func: F", "add_struct_fields: {new_field: [{name: a, type: int}]}"),
			"o.yaml:1:1: error: rule 'r' has no 'struct' in 'where', which "
			"'add_struct_fields' needs"},
		{"r: {target: t, do: [add_file: {file: f.go, path: p}]}",
			"r: t add_file f.go of p where all"},
		{"r: {target: t, do: [add_file: {path: p}]}",
			"o.yaml:1:1: error: rule 'r' has no 'file' in 'add_file'"},
		{"r: {target: t, do: [add_file: {file: f.go}]}",
			"o.yaml:1:1: error: rule 'r' has no 'path' in 'add_file'"},
		{RULE("function_call: p.F", "wrap_call: {append_args: [a, b], variadic_type: int, "
					    "replace: 'f({{ . }})'}"),
			"r: t wrap_call 'f({{ . }})' append a,b...int where all(call p.F)"},
		{RULE("function_call: p.F", "wrap_call: {}"),
			"o.yaml:1:1: error: rule 'r' has no 'replace' or 'append_args' in "
			"'wrap_call'"},
		{RULE("func: F", "wrap_call: {replace: x}"),
			"o.yaml:1:1: error: rule 'r' has no 'function_call' in 'where', which "
			"'wrap_call' needs"},
		{RULE("directive: 'a:b'", "expand_directive: {template: 'f()'}"),
			"r: t expand_directive 'f()' where all(directive a:b)"},
		{RULE("directive: 'a:b'", "expand_directive: {}"),
			"o.yaml:1:1: error: rule 'r' has no 'template' in 'expand_directive'"},
		{RULE("func: F", "expand_directive: {template: 'f()'}"),
			"o.yaml:1:1: error: rule 'r' has no 'directive' in 'where'"},
		{RULE("identifier: x, kind: var", "assign_value: {replace: '1'}"),
			"r: t assign_value '1' where all(identifier[var] x)"},
		{RULE("identifier: x, kind: const", "assign_value: {wrap: 'f({{ . }})'}"),
			"r: t assign_value wrap 'f({{ . }})' where all(identifier[const] x)"},
		{RULE("identifier: x, kind: func", "assign_value: {replace: '1'}"),
			"o.yaml:1:45: error: expected var or const, found 'func'"},
		{RULE("identifier: x", "assign_value: {replace: '1', wrap: '{{ . }}'}"),
			"o.yaml:1:1: error: rule 'r': 'assign_value' needs one of 'replace' and "
			"'wrap'"},
		{RULE("identifier: x", "assign_value: {}"),
			"o.yaml:1:1: error: rule 'r': 'assign_value' needs one of 'replace' and "
			"'wrap'"},
		{RULE("struct_literal: p.T", "set_fields: {field: [{name: A, value: '1'}, {name: "
					     "B, wrap: '-{{ . }}'}]}"),
			"r: t set_fields {A||1|} {B|||-{{ . }}} where all(literal p.T)"},
		{RULE("struct_literal: p.T", "set_fields: {field: [{name: A}]}"),
			"o.yaml:1:79: error: the field 'A' needs one of 'value' and 'wrap'"},
		{RULE("struct_literal: p.T",
			 "set_fields: {field: [{name: A, value: '1', wrap: '2'}]}"),
			"o.yaml:1:79: error: the field 'A' needs one of 'value' and 'wrap'"},
		{RULE("struct_literal: p.T", "set_fields: {}"),
			"o.yaml:1:1: error: rule 'r' has no 'field' in 'set_fields'"},
		{RULE("func: F", "inject_code: {raw: c, extra: d}"),
			"o.yaml:1:61: error: unknown key 'extra'"},
		{RULE("func: F", "inject_hooks: {before: B, path: p, args: x}"),
			"o.yaml:1:80: error: expected a list, found a text"},
		{"r: {target: t, imports: {a: b/c, _: d}, where: {func: F}, do: [inject_code: "
		 "{raw: 'a.X()'}]}",
			"r: t inject_code 'a.X()' import a=b/c import _=d where all(func F)"},
		{"r: {target: t, imports: [a], where: {func: F}, do: [inject_code: {raw: "
		 "'a.X()'}]}",
			"o.yaml:1:25: error: expected a map of names to import paths, found a "
			"list"},
		{"r: {target: t, imports: {a: [b]}, where: {func: F}, do: [inject_code: {raw: "
		 "'a.X()'}]}",
			"o.yaml:1:29: error: expected a text, found a list"},
		{"r: {target: t, recv: T, before: B, path: p}",
			"o.yaml:1:1: error: rule 'r' has no 'func'"},
		{"r: {target: t, func: F, before: B}", "o.yaml:1:1: error: rule 'r' has no 'path'"},
		{"r: {target: t, func: F, path: p}",
			"o.yaml:1:1: error: rule 'r' has no 'before' or 'after'"},
	};

	check_rows(rows, countof(rows), show_change);
}

// What an otel.yaml says beside rules.
TEST(test_top)
{
	static const Row rows[] = {
		{"exclude: [a, 'b:F']\ntrust: [m, 'n/*']\ninstrumentations: {net/http: false, x: "
		 "true}\n",
			"exclude a b:F; off net/http; trust m n/*"},
		{"use: [m@v1.2.0, ./rules, ../r, /r]\n",
			"use m@v1.2.0; use ./rules; use ../r; use /r"},
		{"use:\nexclude: []\nspans:\n", ""},
		{"use: {target: t, where: {func: F}, do: [inject_code: {raw: c}]}\n",
			"use: t inject_code 'c' where all(func F)"},
		{"exclude: a\n", "o.yaml:1:10: error: expected a list, found a text"},
		{"exclude: [[a]]\n", "o.yaml:1:11: error: expected a text, found a list"},
		{"trust: {}\n", "o.yaml:1:8: error: expected a list, found a map"},
		{"use: x\n", "o.yaml:1:6: error: expected a list, found a text"},
		{"use: [m, n@1, [o]]\n",
			"o.yaml:1:7: error: expected MODULE@VERSION, or a folder as in ./rules, "
			"found 'm'\no.yaml:1:10: error: expected MODULE@VERSION, or a folder as in "
			"./rules, found 'n@1'\no.yaml:1:15: error: expected a text, found a list"},
		{"instrumentations: [a]\n", "o.yaml:1:19: error: expected a map of names to true "
					    "or false, found a list"},
		{"instrumentations: {a: no}\n",
			"o.yaml:1:23: error: expected true or false, found a text"},
		{"spans: x\n", "o.yaml:1:8: error: expected a list, found a text"},
		{"spans: [x]\n", "o.yaml:1:9: error: expected a map, found a text"},
		{"spans:\n  - {match: 'a/...:F', name: n, kind: server, attributes: {x: $1.A, y: "
		 "text}}\n",
			"a/...:F: a/** span n/server/ x=$1.A y=text where all(func F)"},
		{"spans:\n  - {match: './...:(*T).M'}\n  - {match: './x:T.M', except: [T.N, F]}\n",
			"./...:(*T).M: $root span where all(func[*T] M); ./x:T.M: ./x span where "
			"all(not(func F), not(one(func[*T] N, func[T] N)), one(func[*T] M, func[T] "
			"M))"},
		{"spans:\n  - {match: 'a:(T).*'}\n", "a:(T).*: a span where all(func[T] *)"},
		{"metrics:\n  - {match: 'a:F', histogram: h, unit: s}\n  - {match: 'a:F', counter: "
		 "c}\n",
			"a:F: a span //s h=h c= where all(func F); a:F: a span h= c=c where "
			"all(func F)"},
		{"metrics: [{match: 'a:F'}]\n",
			"o.yaml:1:11: error: this entry needs one of 'histogram' and 'counter'"},
		{"metrics: [{match: 'a:F', histogram: h, counter: c}]\n",
			"o.yaml:1:11: error: this entry needs one of 'histogram' and 'counter'"},
		{"metrics: [{match: 'a:F', counter: c, kind: server}]\n",
			"o.yaml:1:38: error: unknown key 'kind'"},
		{"spans: [{match: 'a:F', histogram: c}]\n",
			"o.yaml:1:24: error: unknown key 'histogram'"},
		{"spans: [{name: n}]\n", "o.yaml:1:9: error: this entry has no 'match'"},
		{"spans: [{match: F}]\n", "o.yaml:1:17: error: expected PACKAGE:FUNCTION, as in "
					  "example.com/shop/...:(*Cart).Checkout, found 'F'"},
		{"spans: [{match: 'a:'}]\n", "o.yaml:1:17: error: expected a function, as F, "
					     "(*T).M, (T).M or T.M, found ''"},
		{"spans: [{match: 'a:(T.M'}]\n", "o.yaml:1:17: error: expected a function, as F, "
						 "(*T).M, (T).M or T.M, found '(T.M'"},
		{"spans: [{match: 'a:F', except: G}]\n",
			"o.yaml:1:32: error: expected a list, found a text"},
		{"spans: [{match: 'a:F', kind: serv}]\n",
			"o.yaml:1:30: error: unknown kind 'serv'\nhelp: did you mean 'server'?"},
		{"spans: [{match: 'a:F', kind: zzz}]\n", "o.yaml:1:30: error: unknown kind 'zzz'"},
		{"spans: [{match: 'a:F', attributes: [x]}]\n",
			"o.yaml:1:36: error: expected a map of attributes, found a list"},
		{"spans: [{match: 'a:F', attributes: {x: $}}]\n",
			"o.yaml:1:40: error: expected a value, as $1, $name.Field, $recv.Field or "
			"$result, found '$'"},
		{"spans: [{match: 'a:F', attributes: {x: $a..b}}]\n",
			"o.yaml:1:40: error: expected a value, as $1, $name.Field, $recv.Field or "
			"$result, found '$a..b'"},
	};

	check_rows(rows, countof(rows), show_change);
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

// The packages under `extensions`, of all files, in their order.
TEST(test_extensions)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"extensions: [example.com/a, ./b, ../c]\n", "example.com/a ./b ../c"},
		{"extensions:\n", ""},
		{"extensions: [/a, '-a', example.com/a@v1.0.0, ./..., 'a b', '.', ../a]\n", "../a"},
		{"extensions: {a: b}\n", ""},
	};
	static const int errors[] = {0, 0, 6, 1};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Source src = {S("o.yaml"), str_from(rows[i].in)};
		Diags d = {.arena = &a};
		Rules read = {0};
		StrList got = {.arena = &a};

		test_row = rows[i].in;
		CHECK(rules_read(&a, &src, &read, &d) == (errors[i] == 0) && d.nerror == errors[i]);
		for (const RuleExtension *e = read.extensions; e; e = e->next)
			strlist_add(&got, e->entry.text);
		CHECK_STR(str_join(&a, &got, S(" ")), str_from(rows[i].want));
		arena_free(&a);
	}
}

SUITE(weave_rule, RUN(test_read), RUN(test_where), RUN(test_modifiers), RUN(test_top),
	RUN(test_order), RUN(test_goes_on), RUN(test_extensions));
