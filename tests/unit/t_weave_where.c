// What the selectors in `where` select, in one file.
#include "base/buf.h"
#include "golang/parse.h"
#include "test.h"
#include "weave/rule.h"

static const char file[] =
	"//go:build linux\n//trace:all\n\npackage shop\n\nimport (\n\t\"context\"\n\thttp "
	"\"net/http\"\n)\n"
	"\ntype Cart struct{ n int }\n\ntype List[T any] struct{}\n\n"
	"func Open(ctx context.Context, name string, opts ...string) (*Cart, error) { return nil, "
	"nil }\n"
	"func Close() {}\n"
	"//trace:span op:read\nfunc (c *Cart) Add(r *http.Request) (n int, err error) { return }\n"
	"func (c Cart) String() string { return \"\" }\n"
	"func (l *List[T]) Push(v T, f func(int) error) {}\n"
	"func Serve(w http.ResponseWriter, r *http.Request) {}\n";

// `where`, without braces, and the functions that it selects.
TEST(test_functions)
{
	static const char *const rows[][2] = {
		{"func: Open", "Open"},
		{"func: Nothing", ""},
		{"func: '*'", "Open Close Serve"},
		{"func: '[OC]*'", "Open Close"},
		{"func: Add", ""},
		{"func: Add, recv: Cart", ""},
		{"func: Add, recv: '*Cart'", "Add"},
		{"func: '*', recv: 'Cart'", "String"},
		{"func: '*', recv: '*'", "Add Push"},
		{"recv: '*List'", "Push"},
		{"directive: 'trace:span'", "Add"},
		{"directive: 'trace:'", ""},
		{"signature: {}", "Close"},
		{"signature: {returns: [string]}", "String"},
		{"signature: {args: [context.Context, string, ...string], returns: "
		 "['*example.com/shop.Cart', "
		 "error]}",
			"Open"},
		{"signature: {args: [net/http.ResponseWriter, '*net/http.Request']}", "Serve"},
		{"signature_contains: {args: ['*net/http.Request'], returns: [string]}",
			"Add String Serve"},
		{"param: '*net/http.Request'", "Add Serve"},
		{"param: net/http.Request", ""},
		{"has_param: net/http.Request", "Add Serve"},
		{"has_param: context.Context", "Open"},
		{"param: func(int) error", "Push"},
		{"param: ...string", "Open"},
		{"result: int", "Add"},
		{"last_result: error", "Open Add"},
		{"last_result: int", ""},
		{"func: '*', not: {param: '*net/http.Request'}", "Open Close"},
		{"not: {func: '*', recv: '*'}", "Open Close String Serve"},
		{"one-of: [{func: Close}, {func: Add, recv: '*Cart'}]", "Close Add"},
		{"all-of: [{last_result: error}, {result: int}]", "Add"},
		{"func: '*', file: {has_func: Close}", "Open Close Serve"},
		{"func: '*', file: {has_func: Add}", ""},
		{"func: Open, file: {has_func: Add, has_recv: '*Cart'}", "Open"},
		{"func: Open, file: {has_struct: Cart}", "Open"},
		{"func: Open, file: {has_struct: Open}", ""},
		{"func: Open, file: {has_directive: 'trace:all'}", "Open"},
		{"func: Open, file: {has_directive: 'trace:span'}", ""},
		{"func: Open, file: {has_package: shop}", "Open"},
		{"func: Open, file: {has_package: http}", ""},
		{"func: Open, file: {is_test: false}", "Open"},
		{"func: Open, file: {is_test: true}", ""},
		{"func: Open, file: {not: {is_test: true}, one-of: [{has_package: a}, "
		 "{has_package: "
		 "shop}]}",
			"Open"},
		{"func: Open, file: {all-of: [{has_package: a}, {has_package: shop}]}", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Rules rules = {.exclude.arena = &a, .off.arena = &a, .trust.arena = &a};
		Source go = {S("shop.go"), str_from(file)}, yaml = {.name = S("o.yaml")};
		StrList found = {.arena = &a};
		File f;

		test_row = rows[i][0];
		yaml.text = str_format(
			&a, "r: {target: t, where: {%s}, do: [inject_code: {raw: x}]}", rows[i][0]);
		bool ok = rules_read(&a, &yaml, &rules, &d) &&
			  parse_file(&a, &go, (ParseOptions){0}, &f, &d);
		if (CHECK(ok)) {
			TypeNames names = type_names(&a, &f, S("example.com/shop"), NULL);
			for (const Node *n = func_next(f.decls); n; n = func_next(n->next)) {
				Func fn = func_view(&a, &f, n);
				Subject s = {.arena = &a, .f = &f, .names = &names, .fn = &fn};
				if (where_holds(rules.first->change.where, &s))
					strlist_add(&found, fn.name);
			}
			CHECK_STR(str_join(&a, &found, S(" ")), str_from(rows[i][1]));
		} else {
			CHECK_STR(test_diags(&a, &d), S(""));
		}
		arena_free(&a);
	}
}

// The patterns of targets, and what they match.
TEST(test_globs)
{
	static const struct {
		const char *pattern, *name;
		bool want;
	} rows[] = {
		{"a/b", "a/b", true},
		{"a/*", "a/b", true},
		{"a/*", "a/b/c", false},
		{"a/**", "a", true},
		{"a/**", "a/b/c", true},
		{"a/**", "ab", false},
		{"**/c", "a/b/c", true},
		{"**/c", "c", true},
		{"a/**/d", "a/b/c/d", true},
		{"a/**/d", "a/d", true},
		{"a/**/d", "a/b", false},
		{"a?c", "abc", true},
		{"a?c", "a/c", false},
		{"a[bc]d", "abd", true},
		{"a[!bc]d", "abd", false},
		{"**", "a/b", true},
		{"*.com/x", "example.com/x", true},
		{"", "", true},
		{"", "a", false},
	};

	for (isize i = 0; i < countof(rows); i++) {
		test_row = rows[i].pattern;
		CHECK(glob_matches(str_from(rows[i].pattern), str_from(rows[i].name)) ==
			rows[i].want);
	}
}

SUITE(weave_where, RUN(test_functions), RUN(test_globs));
