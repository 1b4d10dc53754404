#include "base/buf.h"
#include "golang/lex.h"
#include "test.h"

// tokens writes the kinds and texts of all tokens, and what is wrong first.
static Str tokens(Arena *a, Str text)
{
	Source src = {S("t.go"), text};
	Faults faults = {.arena = a, .src = &src};
	Lexer lx = lex_start(&src, &faults);
	StrBuf b = {.arena = a};

	for (Token t; lex_next(&lx, &t);) {
		buf_add(&b, b.len > 0 ? S(" ") : S(""));
		if (t.kind == T_NEWLINE)
			buf_add(&b, S("\\n"));
		else if (token_is_literal(t.kind) || t.kind == T_COMMENT)
			buf_addf(&b, "%.*s:%.*s", STR_ARG(token_name(t.kind)),
				STR_ARG(str_slice(text, t.at.from, t.at.to)));
		else
			buf_add(&b, token_name(t.kind));
	}
	if (faults.n > 0)
		buf_addf(&b, " ! %d:%d %.*s", faults.first_place.line, faults.first_place.col,
			STR_ARG(faults.first_text));
	return buf_str(&b);
}

TEST(test_tokens)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"", ""},
		{"a.b", "IDENT:a . IDENT:b \\n"},
		{"x := 1\n", "IDENT:x := INT:1 \\n"},
		{"a&^=b<<=c<-d...", "IDENT:a &^= IDENT:b <<= IDENT:c <- IDENT:d ..."},
		{"1.5 .5 0x1p-2 1e3i 0b1_0 0o7 07", "FLOAT:1.5 FLOAT:.5 FLOAT:0x1p-2 IMAG:1e3i "
						    "INT:0b1_0 INT:0o7 INT:07 \\n"},
		{"'a' '\\'' \"\\u00e9\"", "CHAR:'a' CHAR:'\\'' STRING:\"\\u00e9\" \\n"},
		{"`a\nb`", "STRING:`a\nb` \\n"},
		{"return // c\nx", "return COMMENT:// c \\n IDENT:x \\n"},
		{"x /* a\n */ y", "IDENT:x COMMENT:/* a\n */ \\n IDENT:y \\n"},
		{"x /* a */ y", "IDENT:x COMMENT:/* a */ IDENT:y \\n"},
		{"// c\r\n", "COMMENT:// c"},
		{"é2 世界", "IDENT:é2 IDENT:世界 \\n"},
		{"if else\n", "if else"},
		{"\xEF\xBB\xBFx", "IDENT:x \\n"},
		// What go/scanner complains about.
		{"@", "ILLEGAL ! 1:1 illegal character U+0040"},
		{"x\n\xff", "IDENT:x \\n ILLEGAL ! 2:1 illegal UTF-8 encoding"},
		{"\"a\n", "STRING:\"a \\n ! 1:1 string literal not terminated"},
		{"`a", "STRING:`a \\n ! 1:1 raw string literal not terminated"},
		{"/* a", "COMMENT:/* a ! 1:1 comment not terminated"},
		{"'ab'", "CHAR:'ab' \\n ! 1:1 illegal rune literal"},
		{"''", "CHAR:'' \\n ! 1:1 illegal rune literal"},
		{"'\\q'", "CHAR:'\\q' \\n ! 1:3 unknown escape sequence"},
		{"\"\\xg\"", "STRING:\"\\xg\" \\n ! 1:4 illegal character in escape sequence"},
		{"08", "INT:08 \\n ! 1:2 invalid digit '8' in octal literal"},
		{"0x", "INT:0x \\n ! 1:3 hexadecimal literal has no digits"},
		{"1__0", "INT:1__0 \\n ! 1:3 '_' must separate successive digits"},
		{"1e", "FLOAT:1e \\n ! 1:3 exponent has no digits"},
		{"\xFF\xFE", " ! 1:1 illegal UTF-8 encoding (got UTF-16)"},
		// Places that //line moves.
		{"//line a.go:7\n@",
			"COMMENT://line a.go:7 ILLEGAL ! 7:0 illegal character U+0040"},
		{"/*line a.go:7:3*/@",
			"COMMENT:/*line a.go:7:3*/ ILLEGAL ! 7:3 illegal character U+0040"},
		{"//line a.go:0\n", "COMMENT://line a.go:0 ! 1:13 invalid line number: 0"},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		test_row = rows[i].in;
		CHECK_STR(tokens(&a, str_from(rows[i].in)), str_from(rows[i].want));
		arena_free(&a);
	}
}

// Each keyword is where its hash looks for it, and a longer word is none.
TEST(test_keywords)
{
	for (TokenKind k = T_BREAK; k <= T_VAR; k++) {
		Arena a = {0};
		Str word = token_name(k);
		test_row = word.p;
		for (int more = 0; more < 2; more++) {
			Source src = {S("t.go"),
				str_format(&a, "%.*s%s ", STR_ARG(word), more ? "x" : "")};
			Faults faults = {.arena = &a, .src = &src};
			Lexer lx = lex_start(&src, &faults);
			Token t;
			CHECK(lex_next(&lx, &t) && t.kind == (more ? T_IDENT : k));
		}
		arena_free(&a);
	}
}

SUITE(golang_lex, RUN(test_tokens), RUN(test_keywords));
