#include "golang/parse.h"
#include "golang/type.h"
#include "test.h"

// Each row is a type, and its canonical text in package example.com/p.
TEST(test_canonical)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"int", "int"},
		{"T", "example.com/p.T"},
		{"K", "K"}, // a type parameter
		{"*http.Request", "*net/http.Request"},
		{"y.Node", "gopkg.in/yaml.v3.Node"},
		{"x.T", "x/v2.T"},
		{"known.T", "example.com/go-other.T"},
		{"q.T", "q.T"}, // imported under no such name
		{"interface{}", "any"},
		{"(map[string]([]*T))", "map[string][]*example.com/p.T"},
		{"[ 3 ]int", "[3]int"},
		{"[N*2]int", "[N * 2]int"},
		{"[...]int", "[...]int"},
		{"chan (<-chan int)", "chan (<-chan int)"},
		{"chan<- (chan int)", "chan<- chan int"},
		{"<-chan int", "<-chan int"},
		{"func(a, b int, c ...any) (x http.Handler, err error)",
			"func(int, int, ...any) (net/http.Handler, error)"},
		{"func() (err error)", "func() error"},
		{"struct { a, b int `t`; *T; c struct{} }",
			"struct{a int `t`; b int `t`; *example.com/p.T; c struct{}}"},
		{"interface { M(x int) error; ~int | K; error }",
			"interface{M(int) error; ~int|K; error}"},
		{"G[int, *T]", "example.com/p.G[int, *example.com/p.T]"},
		{"unsafe.Pointer", "unsafe.Pointer"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Source src = {
			S("t.go"), str_format(&a,
					   "package p\nimport (\"net/http\"; y "
					   "\"gopkg.in/yaml.v3\"; \"x/v2\"; "
					   "\"unsafe\"; \"example.com/go-other\")\nvar v %s\n",
					   rows[i].in)};
		Diags diags = {.arena = &a};
		StrMap packages = {.arena = &a};
		StrList tparams = {.arena = &a};
		Str known = S("known");
		File f;

		test_row = rows[i].in;
		if (!CHECK(parse_file(&a, &src, (ParseOptions){0}, &f, &diags)))
			continue;
		map_put(&packages, S("example.com/go-other"), &known);
		strlist_add(&tparams, S("K"));
		TypeNames names = type_names(&a, &f, S("example.com/p"), &packages);
		names.tparams = &tparams;
		CHECK_STR(type_canonical(&a, &f, node_child(f.decls->next->first, 1), &names),
			str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_guess)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"net/http", "http"},
		{"a/b/v2", "b"},
		{"v2", "v2"},
		{"gopkg.in/yaml.v3", "yaml"},
		{"github.com/x/go-y", "y"},
		{"github.com/x/y-go", "y"},
		{"a/b/", "b"},
		{"", ""},
	};

	for (isize i = 0; i < countof(rows); i++) {
		test_row = rows[i].in;
		CHECK_STR(import_guess(str_from(rows[i].in)), str_from(rows[i].want));
	}
}

SUITE(golang_type, RUN(test_canonical), RUN(test_guess));
