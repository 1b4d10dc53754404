// Whatever the file, with a hook in every function it is still Go, and each of its
// tokens is on the line where it was.
#include "fuzz/fuzz.h"
#include "weave/all.h"

// One text, token by token.
typedef struct {
	Source src;
	Faults faults;
	Lexer lx;
	Token tok;
	int32_t line, seen;
} Reader;

static void reader_start(Reader *r, Arena *a, Str text)
{
	*r = (Reader){.src = {S("fuzz.go"), text}};
	r->faults = (Faults){.arena = a, .src = &r->src};
	r->lx = lex_start(&r->src, &r->faults);
}

// reader_next goes to the next token that is neither a comment nor automatic.
static bool reader_next(Reader *r)
{
	do
		lex_next(&r->lx, &r->tok);
	while (r->tok.kind == T_COMMENT || r->tok.kind == T_NEWLINE);
	fuzz_line(r->src.text, r->tok.at.from, &r->line, &r->seen);
	return r->tok.kind != T_EOF;
}

// A blank parameter may have got a name.
static bool same_token(const Reader *old, const Reader *woven)
{
	Str was = str_slice(old->src.text, old->tok.at.from, old->tok.at.to);
	Str is = str_slice(woven->src.text, woven->tok.at.from, woven->tok.at.to);

	return old->line == woven->line && old->tok.kind == woven->tok.kind &&
	       (str_eq(was, is) || str_eq(was, S("_")));
}

static void check_woven(Arena *a, const File *f, AllForm form)
{
	Reader old, woven;
	Source src = {S("woven.go"), {0}};
	Diags diags = {.arena = a};
	File again;

	weave_all(a, f, form, &src.text);
	if (!parse_file(a, &src, (ParseOptions){0}, &again, &diags))
		BUG("%.*s", STR_ARG(diag_line(a, diags.first)));

	reader_start(&old, a, f->src->text);
	reader_start(&woven, a, src.text);
	while (reader_next(&old)) {
		do
			ensure(reader_next(&woven));
		while (!same_token(&old, &woven));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = {0};
	Source src = fuzz_source(data, size);
	Diags diags = {.arena = &a};
	File f;

	if (parse_file(&a, &src, (ParseOptions){0}, &f, &diags)) {
		check_woven(&a, &f, ALL_EMPTY);
		check_woven(&a, &f, ALL_FULL);
	}
	arena_free(&a);
	return 0;
}
