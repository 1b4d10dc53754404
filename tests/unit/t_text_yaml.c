#include "base/buf.h"
#include "test.h"
#include "text/yaml.h"

// show writes a node as {key: value}, [member], text or 'quoted text'.
static void show(StrBuf *b, const YamlNode *v)
{
	if (v->kind == YAML_SCALAR) {
		buf_addf(b, v->quoted ? "'%.*s'" : "%.*s", STR_ARG(v->text));
		return;
	}
	buf_add(b, v->kind == YAML_MAP ? S("{") : S("["));
	for (const YamlNode *m = v->first; m; m = m->next) {
		if (m->key)
			buf_addf(b, "%.*s: ", STR_ARG(m->key->text));
		show(b, m);
		if (m->next)
			buf_add(b, S(", "));
	}
	buf_add(b, v->kind == YAML_MAP ? S("}") : S("]"));
}

// Each row is a text and what we read, or the error that we give.
TEST(test_read)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"", ""},
		{"# nothing\n", ""},
		{"---\n", ""},
		{"a", "a"},
		{"\xef\xbb\xbf"
		 "a: b",
			"{a: b}"},
		{"a: b\nc: [d, 'e', \"f\\n\"]\n", "{a: b, c: [d, 'e', 'f\n']}"},
		{"a:\n- b: c\n  d: e\n- f\n", "{a: [{b: c, d: e}, f]}"},
		{"a: |\n  b\n  c\n", "{a: 'b\nc\n'}"},
		{"a:\nb: ''\n", "{a: , b: ''}"},
		{"{}", "{}"},
		{"[]", "[]"},
		{"a: b\na: c", "y:2:1: error: key 'a' is here twice"},
		{"? [a]\n: b", "y:1:3: error: expected a key, found a list"},
		{"a: &x b", "y:1:4: error: anchors and tags are not supported"},
		{"a: *x", "y:1:4: error: aliases are not supported"},
		{"a: !t b", "y:1:4: error: anchors and tags are not supported"},
		{"a: !!map {}", "y:1:4: error: anchors and tags are not supported"},
		{"a\n---\nb", "y:2:1: error: a second document"},
		{"a: b: c",
			"y:1:5: error: not YAML: mapping values are not allowed in this context"},
		{"a: [b", "y:1:6: error: not YAML: did not find expected ',' or ']' while parsing "
			  "a flow sequence"},
		{"a\xff: b", "y:1:2: error: not YAML: invalid leading UTF-8 octet"},
		{"\xc3\xa4: [\nb: c", "y:2:5: error: not YAML: did not find expected ',' or ']' "
				      "while parsing a flow sequence"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Source src = {S("y"), str_from(rows[i].in)};
		StrBuf got = {.arena = &a};
		YamlNode *root;
		test_row = rows[i].in;
		bool ok = yaml_read(&a, &src, &root, &d);
		CHECK(d.nerror == !ok);
		if (root)
			show(&got, root);
		CHECK_STR(ok ? buf_str(&got) : test_diags(&a, &d), str_from(rows[i].want));
		arena_free(&a);
	}
}

// The bytes of each node of a text, outside in.
static void show_spans(StrBuf *b, Str text, const YamlNode *v)
{
	buf_addf(b, "<%.*s>", STR_ARG(str_slice(text, v->at.from, v->at.to)));
	for (const YamlNode *m = v->first; m; m = m->next) {
		if (m->key)
			show_spans(b, text, m->key);
		show_spans(b, text, m);
	}
}

TEST(test_spans)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"a: 'b'\n\n", "<a: 'b'><a><'b'>"},
		{"a:\n  - b\n  - c\n\n# end\nd: {e: f}\n",
			"<a:\n  - b\n  - c\n\n# end\nd: {e: f}><a><- b\n  - c><b><c><d><{e: "
			"f}><e><f>"},
		{"\xc3\xa4\xe2\x82\xac: \"\xf0\x9f\x98\x80\" # x\nb: c",
			"<\xc3\xa4\xe2\x82\xac: \"\xf0\x9f\x98\x80\" # x\nb: c>"
			"<\xc3\xa4\xe2\x82\xac><\"\xf0\x9f\x98\x80\"><b><c>"},
		{"a: []\n", "<a: []><a><[]>"},
		{"a:\nb: c\n", "<a:\nb: c><a><><b><c>"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		Source src = {S("y"), str_from(rows[i].in)};
		StrBuf got = {.arena = &a};
		YamlNode *root;
		test_row = rows[i].in;
		CHECK(yaml_read(&a, &src, &root, &d));
		show_spans(&got, src.text, root);
		CHECK_STR(buf_str(&got), str_from(rows[i].want));
		arena_free(&a);
	}
}

TEST(test_depth)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	StrBuf text = {.arena = &a};
	YamlNode *root;

	for (int i = 0; i < 100000; i++)
		buf_add(&text, S("["));
	Source src = {S("y"), buf_str(&text)};
	CHECK(!yaml_read(&a, &src, &root, &d));
	CHECK_STR(test_diags(&a, &d), S("y:1:65: error: nested too deeply"));
	arena_free(&a);
}

SUITE(text_yaml, RUN(test_read), RUN(test_spans), RUN(test_depth));
