// Whatever the bytes, the tokens stand in them in order, and what is between them is blank.
#include "fuzz/fuzz.h"

// check_blank holds that the lexer left nothing out.
static void check_blank(Str text, int32_t from, int32_t to)
{
	if (from == 0 && str_starts(text, S("\xEF\xBB\xBF")))
		from = 3;
	for (; from < to; from++)
		ensure(text.p[from] == ' ' || text.p[from] == '\t' || text.p[from] == '\r' ||
			text.p[from] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = {0};
	Source src = fuzz_source(data, size);
	Faults faults = {.arena = &a, .src = &src};
	Lexer lx = lex_start(&src, &faults);
	bool utf16 = str_starts(src.text, S("\xFF\xFE")) || str_starts(src.text, S("\xFE\xFF"));
	int32_t end = 0;
	isize n = 0;

	for (Token t; lex_next(&lx, &t); n++) {
		ensure(t.kind < TOKEN_KINDS);
		ensure(t.at.from <= t.at.to && t.at.to <= (int32_t)size);
		if (t.kind == T_NEWLINE && t.at.from < end)
			continue; // it waited in a comment
		check_blank(src.text, end, t.at.from);
		ensure(t.at.from < t.at.to || t.at.from == (int32_t)size);
		end = t.at.to;
	}
	ensure(n <= 2 * (isize)size + 1);
	if (!utf16) // of which nothing is read
		check_blank(src.text, end, (int32_t)size);

	Token after;
	ensure(!lex_next(&lx, &after) && after.at.from == (int32_t)size);
	ensure((faults.n > 0) == (faults.first_text.len > 0));
	arena_free(&a);
	return 0;
}
