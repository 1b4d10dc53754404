#include <string.h>

#include "golang/lexer.h"
#include "golang/run.h"
#include "golang/unicode.h"

// clang-format off
const uint8_t byte_classes[256] = {
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, BLNK, LINE, NONE, NONE, BLNK, NONE, NONE,
	NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	BLNK, PNCT, PNCT, NONE, NONE, PNCT, PNCT, PNCT, PNCT, PNCT, PNCT, PNCT, PNCT, PNCT, PNCT, PNCT,
	DIGI, DIGI, DIGI, DIGI, DIGI, DIGI, DIGI, DIGI, DIGI, DIGI, PNCT, PNCT, PNCT, PNCT, PNCT, NONE,
	NONE, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD,
	WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, PNCT, NONE, PNCT, PNCT, WORD,
	PNCT, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD,
	WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, PNCT, PNCT, PNCT, PNCT, NONE,
	HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH,
	HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH,
	HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH,
	HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH,
	HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH,
	HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH,
	HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH,
	HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH,
};
// clang-format on

#define TOKEN_NAME(kind, text) {text, (isize)sizeof(text) - 1},
static const Str names[TOKEN_KINDS] = {TOKENS(TOKEN_NAME)};

Str token_name(TokenKind kind)
{
	return names[kind];
}

const uint8_t token_precedences[TOKEN_KINDS] = {
	[T_LOR] = 1,
	[T_LAND] = 2,
	[T_EQL] = 3,
	[T_NEQ] = 3,
	[T_LSS] = 3,
	[T_LEQ] = 3,
	[T_GTR] = 3,
	[T_GEQ] = 3,
	[T_ADD] = 4,
	[T_SUB] = 4,
	[T_OR] = 4,
	[T_XOR] = 4,
	[T_MUL] = 5,
	[T_QUO] = 5,
	[T_REM] = 5,
	[T_AND] = 5,
	[T_SHL] = 5,
	[T_SHR] = 5,
	[T_AND_NOT] = 5,
};

// ---- bytes that no Go file has

enum { CHECK_AHEAD = 4096 };

// check_bytes looks at the bytes up to lx->pos, one included, that were not
// looked at yet: go/scanner complains about a byte when it comes to it, one
// byte ahead of what it makes of it.
void check_bytes(Lexer *lx)
{
	while (lx->bad <= lx->pos && lx->bad < lx->len) {
		int32_t at = lx->bad;
		int width;
		int32_t rune = rune_decode(lx->text + at, lx->len - at, &width);

		lx->bad += width;
		if (rune == 0) {
			fault_add(lx->faults, at, "illegal character NUL");
		} else if (rune == RUNE_BOM && at > 0) {
			fault_add(lx->faults, at, "illegal byte order mark");
		} else if (rune == RUNE_BAD && width == 1) {
			fault_add(lx->faults, at, "illegal UTF-8 encoding");
		} else {
			int32_t from = lx->bad > lx->pos ? lx->bad : lx->pos;
			int32_t end = lx->len - from > CHECK_AHEAD ? from + CHECK_AHEAD : lx->len;
			lx->bad =
				(int32_t)(plain_end(lx->text + lx->bad, lx->text + end) - lx->text);
		}
	}
	if (lx->bad >= lx->len)
		lx->bad = INT32_MAX;
}

// is_utf16 tells whether a text begins with the byte order mark of UTF-16.
static bool is_utf16(Str text)
{
	return str_starts(text, S("\xFF\xFE")) || str_starts(text, S("\xFE\xFF"));
}

Lexer lex_start(const Source *src, Faults *faults)
{
	Lexer lx = {
		.text = src->text.p,
		.len = (int32_t)src->text.len,
		.newline_in_comment = -1,
		.faults = faults,
	};

	ensure(src->text.len < INT32_MAX);
	if (lx.len == 0 || lx.text[lx.len - 1] != '\n') {
		char *copy = arena_array(faults->arena, char, lx.len + 1);
		if (lx.len > 0)
			memcpy(copy, lx.text, (size_t)lx.len);
		copy[lx.len] = '\n';
		lx.text = copy;
	}
	lx.last = lx.text == src->text.p ? lx.len - 1 : lx.len;
	if (is_utf16(src->text)) {
		fault_add(faults, 0, "illegal UTF-8 encoding (got UTF-16)");
		fault_add(faults, 0, "illegal character U+FFFD");
		lx.pos = lx.last;
		lx.bad = INT32_MAX;
	} else if (str_starts(src->text, S("\xEF\xBB\xBF"))) {
		lx.pos = lx.bad = 3;
	}
	check_bytes(&lx);
	return lx;
}

// ---- words

// Keywords stand where hash_word puts them; a test holds that they all do.
#define KEYWORD(text, kind) \
	{ \
		text, sizeof(text) - 1, kind \
	}
static const struct {
	char text[12];
	uint8_t len, kind;
} keywords[64] = {
	[1] = KEYWORD("import", T_IMPORT),
	[3] = KEYWORD("map", T_MAP),
	[8] = KEYWORD("break", T_BREAK),
	[12] = KEYWORD("var", T_VAR),
	[13] = KEYWORD("if", T_IF),
	[15] = KEYWORD("continue", T_CONTINUE),
	[18] = KEYWORD("func", T_FUNC),
	[20] = KEYWORD("range", T_RANGE),
	[22] = KEYWORD("defer", T_DEFER),
	[23] = KEYWORD("interface", T_INTERFACE),
	[27] = KEYWORD("chan", T_CHAN),
	[30] = KEYWORD("package", T_PACKAGE),
	[34] = KEYWORD("default", T_DEFAULT),
	[39] = KEYWORD("struct", T_STRUCT),
	[42] = KEYWORD("return", T_RETURN),
	[43] = KEYWORD("select", T_SELECT),
	[44] = KEYWORD("fallthrough", T_FALLTHROUGH),
	[45] = KEYWORD("else", T_ELSE),
	[47] = KEYWORD("go", T_GO),
	[48] = KEYWORD("type", T_TYPE),
	[51] = KEYWORD("switch", T_SWITCH),
	[52] = KEYWORD("for", T_FOR),
	[59] = KEYWORD("goto", T_GOTO),
	[61] = KEYWORD("const", T_CONST),
	[63] = KEYWORD("case", T_CASE),
};

// Words of one letter may be hashed with the byte behind them: no keyword is that short.
static inline unsigned hash_word(const char *p, isize len)
{
	return ((unsigned char)p[0] + 4u * (unsigned char)p[1] + 6u * (unsigned)len) & 63;
}

// word_kind tells a keyword from a name.
static inline TokenKind word_kind(const char *p, isize len)
{
	unsigned h = hash_word(p, len);

	if (keywords[h].len != len)
		return T_IDENT;
	for (isize i = 0; i < len; i++)
		if (keywords[h].text[i] != p[i])
			return T_IDENT;
	return (TokenKind)keywords[h].kind;
}

// is_letter and is_digit look at the character at pos, in ASCII or not.
static bool is_letter(const Lexer *lx, int32_t pos, int *width)
{
	int c = byte_class(lx->text[pos]);

	*width = 1;
	if (c != HIGH)
		return c == WORD;
	return rune_is_letter(rune_decode(lx->text + pos, lx->len - pos, width));
}

static bool is_digit(const Lexer *lx, int32_t pos, int *width)
{
	int c = byte_class(lx->text[pos]);

	*width = 1;
	if (c != HIGH)
		return c == DIGI;
	return rune_is_digit(rune_decode(lx->text + pos, lx->len - pos, width));
}

// lex_rest goes on with a word where it is not ASCII.
// identifier = letter { letter | unicode_digit } .
static TokenKind lex_rest(Lexer *lx)
{
	int width;

	while (is_letter(lx, lx->pos, &width) || is_digit(lx, lx->pos, &width))
		lx->pos += width;
	return T_IDENT;
}

// ---- comments

// line_directive tells the faults about "//line" at the beginning of a line, and
// "/*line" anywhere. next is where the text goes on.
static void line_directive(Lexer *lx, Span at, int32_t next)
{
	const char *p = lx->text + at.from;
	bool block = p[1] == '*';
	Str text = {p, at.to - at.from - (block ? 2 : 0)};

	if (text.len < 7 || memcmp(p + 2, "line ", 5) != 0)
		return;
	if (!block && at.from > 0 && p[-1] != '\n')
		return;
	check_bytes(lx);
	fault_line_directive(lx->faults, str_slice(text, 7, text.len), at.from + 7, next);
}

static TokenKind lex_line_comment(Lexer *lx, int32_t from)
{
	const char *p = lx->text + from;
	const char *end = memchr(p, '\n', (size_t)(lx->len - from));
	int32_t to = end ? (int32_t)(end - lx->text) : lx->len;

	lx->pos = to;
	if (p[2] == 'l')
		line_directive(
			lx, (Span){from, to - (lx->text[to - 1] == '\r')}, to + (end != NULL));
	return T_COMMENT;
}

static TokenKind lex_block_comment(Lexer *lx, int32_t from)
{
	const char *p = lx->text + from + 2, *limit = lx->text + lx->len;
	const char *end = p;

	for (;; end++) {
		end = memchr(end, '*', (size_t)(limit - end));
		if (!end || end + 1 >= limit || end[1] == '/')
			break;
	}
	bool closed = end && end + 1 < limit;
	lx->pos = closed ? (int32_t)(end - lx->text) + 2 : lx->len;

	Span at = {from, lx->pos};
	if (!closed)
		fault(lx, from, "comment not terminated");
	else if (*p == 'l')
		line_directive(lx, at, at.to);

	const char *newline =
		lx->want_semi ? memchr(p, '\n', (size_t)(lx->text + at.to - p)) : NULL;
	if (newline) {
		lx->newline_in_comment = (int32_t)(newline - lx->text);
		lx->want_semi = false;
	}
	return T_COMMENT;
}

// ---- all else

// take goes over the next byte if it is c.
static bool take(Lexer *lx, char c)
{
	if (lx->text[lx->pos] != c)
		return false;
	lx->pos++;
	return true;
}

static TokenKind with_assign(Lexer *lx, TokenKind plain, TokenKind assign)
{
	return take(lx, '=') ? assign : plain;
}

static TokenKind lex_period(Lexer *lx)
{
	const char *p = lx->text + lx->pos;

	if (p[0] != '.' || p[1] != '.')
		return T_PERIOD;
	lx->pos += 2;
	return T_ELLIPSIS;
}

// What a byte is by itself: T_IDENT begins a word. All others are a token whatever comes
// behind them, or, MAYBE, if no other operator and no digit does; or 0.
enum { MAYBE = 0x80 };
#define FIVE_LETTERS T_IDENT, T_IDENT, T_IDENT, T_IDENT, T_IDENT
#define ALL_LETTERS FIVE_LETTERS, FIVE_LETTERS, FIVE_LETTERS, FIVE_LETTERS, FIVE_LETTERS, T_IDENT
static const uint8_t alone[256] = {
	['A'] = ALL_LETTERS,
	['a'] = ALL_LETTERS,
	['_'] = T_IDENT,
	['\n'] = T_NEWLINE,
	['('] = T_LPAREN,
	[')'] = T_RPAREN,
	['['] = T_LBRACK,
	[']'] = T_RBRACK,
	['{'] = T_LBRACE,
	['}'] = T_RBRACE,
	[','] = T_COMMA,
	[';'] = T_SEMI,
	['.'] = T_PERIOD | MAYBE,
	['='] = T_ASSIGN | MAYBE,
	[':'] = T_COLON | MAYBE,
	['*'] = T_MUL | MAYBE,
	['&'] = T_AND | MAYBE,
	['!'] = T_NOT | MAYBE,
	['+'] = T_ADD | MAYBE,
	['-'] = T_SUB | MAYBE,
	['<'] = T_LSS | MAYBE,
	['>'] = T_GTR | MAYBE,
};

// lex_punct reads what begins with c, which is read already.
static TokenKind lex_punct(Lexer *lx, char c, int32_t from)
{
	switch (c) {
	case '~': return T_TILDE;
	case '.': return lex_period(lx);
	case '"': return lex_string(lx, from);
	case '`': return lex_raw_string(lx, from);
	case '\'': return lex_char(lx, from);
	case ':': return with_assign(lx, T_COLON, T_DEFINE);
	case '+': return take(lx, '+') ? T_INC : with_assign(lx, T_ADD, T_ADD_ASSIGN);
	case '-': return take(lx, '-') ? T_DEC : with_assign(lx, T_SUB, T_SUB_ASSIGN);
	case '*': return with_assign(lx, T_MUL, T_MUL_ASSIGN);
	case '/':
		if (lx->text[lx->pos] == '/')
			return lex_line_comment(lx, from);
		if (lx->text[lx->pos] == '*')
			return lex_block_comment(lx, from);
		return with_assign(lx, T_QUO, T_QUO_ASSIGN);
	case '%': return with_assign(lx, T_REM, T_REM_ASSIGN);
	case '^': return with_assign(lx, T_XOR, T_XOR_ASSIGN);
	case '=': return with_assign(lx, T_ASSIGN, T_EQL);
	case '!': return with_assign(lx, T_NOT, T_NEQ);
	case '<':
		if (take(lx, '-'))
			return T_ARROW;
		if (take(lx, '<'))
			return with_assign(lx, T_SHL, T_SHL_ASSIGN);
		return with_assign(lx, T_LSS, T_LEQ);
	case '>':
		if (take(lx, '>'))
			return with_assign(lx, T_SHR, T_SHR_ASSIGN);
		return with_assign(lx, T_GTR, T_GEQ);
	case '&':
		if (take(lx, '^'))
			return with_assign(lx, T_AND_NOT, T_AND_NOT_ASSIGN);
		return take(lx, '&') ? T_LAND : with_assign(lx, T_AND, T_AND_ASSIGN);
	case '|': return take(lx, '|') ? T_LOR : with_assign(lx, T_OR, T_OR_ASSIGN);
	default: BUG("no token begins with '%c'", c);
	}
}

// lex_illegal reads a character that begins no token.
static TokenKind lex_illegal(Lexer *lx, int32_t from)
{
	int width;
	int32_t rune = rune_decode(lx->text + from, lx->len - from, &width);

	lx->pos = from + width;
	if (rune == 0x201C || rune == 0x201D)
		fault(lx, from, "curly quotation mark (use neutral '\"')");
	else if (rune != RUNE_BOM)
		fault(lx, from, "illegal character U+%04X", (unsigned)rune);
	return T_ILLEGAL;
}

// Whether a newline behind a token ends the statement.
enum { YES = 1, AS_BEFORE };
static const uint8_t wants_semi[TOKEN_KINDS] = {
	[T_ILLEGAL] = AS_BEFORE,
	[T_COMMENT] = AS_BEFORE,
	[T_IDENT] = YES,
	[T_INT] = YES,
	[T_FLOAT] = YES,
	[T_IMAG] = YES,
	[T_CHAR] = YES,
	[T_STRING] = YES,
	[T_BREAK] = YES,
	[T_CONTINUE] = YES,
	[T_FALLTHROUGH] = YES,
	[T_RETURN] = YES,
	[T_INC] = YES,
	[T_DEC] = YES,
	[T_RPAREN] = YES,
	[T_RBRACK] = YES,
	[T_RBRACE] = YES,
};

// blanks_end goes to the next token, or to the newline that ends the statement or
// the file. Mostly there is one blank or none, else tabs behind a newline.
static inline const char *blanks_end(const Lexer *lx)
{
	const char *p = lx->text + lx->pos;

	if (*p == ' ')
		p++;
	while ((unsigned char)*p <= ' ') {
		if (*p == '\n' ? lx->want_semi || p == lx->text + lx->last : byte_class(*p) != BLNK)
			break;
		do
			p++;
		while (*p == '\t');
	}
	return p;
}

static TokenKind lex_newline(Lexer *lx)
{
	if (lx->pos < lx->last)
		lx->pos++;
	return lx->want_semi ? T_NEWLINE : T_EOF;
}

// lex_int reads a number, most likely a few decimal digits.
static TokenKind lex_int(Lexer *lx, int32_t from)
{
	const char *p = lx->text + from + 1;

	if (p[-1] != '0') // prefixes are lex_number's
		while (byte_class(*p) == DIGI)
			p++;
	if (byte_class(*p) <= DIGI || *p == '.')
		return lex_number(lx, from);
	lx->pos = (int32_t)(p - lx->text);
	return T_INT;
}

// lex_kind reads what begins at lx->pos and is not just a word.
static TokenKind lex_kind(Lexer *lx)
{
	int32_t from = lx->pos;
	char c = lx->text[from];
	int width;

	switch (byte_class(c)) {
	case WORD:
		lx->pos = (int32_t)(word_end(lx->text + from, lx->text + lx->last) - lx->text);
		return lex_rest(lx);
	case LINE: return lex_newline(lx);
	case DIGI: return lex_int(lx, from);
	case HIGH: return is_letter(lx, from, &width) ? lex_rest(lx) : lex_illegal(lx, from);
	case PNCT:
		if (c == '.' && byte_class(lx->text[from + 1]) == DIGI)
			return lex_number(lx, from);
		lx->pos++;
		return lex_punct(lx, c, from);
	default: return lex_illegal(lx, from);
	}
}

// lex_slowly reads all that lex_next does not. The token begins at p.
static bool lex_slowly(Lexer *lx, Token *t, const char *p)
{
	int32_t from = lx->pos = (int32_t)(p - lx->text);
	TokenKind kind = lex_kind(lx);

	t->kind = kind;
	t->at.from = from;
	t->at.to = lx->pos;
	if (kind == T_EOF)
		t->at.from = t->at.to = lx->len;
	else if (kind == T_NEWLINE && from == lx->last)
		t->at.to = lx->len;
	else if (kind == T_COMMENT && lx->text[from + 1] == '/' && lx->text[lx->pos - 1] == '\r')
		t->at.to--;
	if (lx->pos > lx->last)
		lx->pos = lx->last; // behind what is not terminated
	if (wants_semi[kind] != AS_BEFORE)
		lx->want_semi = wants_semi[kind];
	if (lx->bad <= lx->pos)
		check_bytes(lx);
	return kind != T_EOF;
}

// lex_waiting takes the automatic semicolon that a comment held back.
static bool lex_waiting(Lexer *lx, Token *t)
{
	t->kind = T_NEWLINE;
	t->at.from = lx->newline_in_comment;
	t->at.to = lx->newline_in_comment + 1;
	lx->newline_in_comment = -1;
	return true;
}

static bool lex_check(Lexer *lx)
{
	check_bytes(lx);
	return true;
}

// ends_operator tells whether a byte cannot go on with an operator or a number.
static inline bool ends_operator(char c)
{
	return (1 << WORD | 1 << BLNK | 1 << LINE) >> byte_class(c) & 1;
}

// Nine of ten tokens are words, or alone. They are read here, and by no other function,
// so that nothing needs saving on the stack.
bool lex_next(Lexer *lx, Token *t)
{
	if (lx->newline_in_comment >= 0)
		return lex_waiting(lx, t);

	const char *p = blanks_end(lx), *last = lx->text + lx->last, *end;
	unsigned kind = alone[(unsigned char)*p];
	if (kind == T_IDENT) {
		end = word_end(p, last);
		if (byte_class(*end) == HIGH)
			return lex_slowly(lx, t, p);
		kind = word_kind(p, end - p);
	} else {
		if (kind == 0 || p == last || (kind >= MAYBE && !ends_operator(p[1])))
			return lex_slowly(lx, t, p);
		kind &= ~(unsigned)MAYBE;
		end = p + 1;
	}
	t->kind = (TokenKind)kind;
	t->at.from = (int32_t)(p - lx->text);
	t->at.to = lx->pos = (int32_t)(end - lx->text);
	lx->want_semi = wants_semi[kind];
	return lx->bad > lx->pos || lex_check(lx);
}

// skip_quoted goes from a quote to the one that ends it, or to the end of the line.
static const char *skip_quoted(const char *p, const char *last)
{
	char quote = *p;

	for (p++; p < last && *p != quote && *p != '\n'; p++)
		if (*p == '\\' && p + 1 < last)
			p++;
	return p;
}

// skip_comment goes from a slash to the last byte of the comment that it begins, if it does.
static const char *skip_comment(const char *p, const char *last)
{
	if (p + 1 < last && p[1] == '/') {
		const char *end = memchr(p, '\n', (size_t)(last - p));
		return end ? end : last;
	}
	if (p + 1 >= last || p[1] != '*')
		return p;
	for (p += 2; p + 1 < last; p++)
		if (p[0] == '*' && p[1] == '/')
			return p + 1;
	return last;
}

static const char *skip_raw_string(const char *p, const char *last)
{
	const char *end = memchr(p + 1, '`', (size_t)(last - p - 1));

	return end ? end : last;
}

bool lex_skip_braces(Lexer *lx)
{
	const char *p = lx->text + lx->pos, *last = lx->text + lx->last;

	for (int depth = 1; (p = brace_end(p, last)) < last; p++) {
		switch (*p) {
		case '{': depth++; break;
		case '}':
			if (--depth > 0)
				break;
			lx->pos = (int32_t)(p - lx->text);
			lx->want_semi = false;
			return true;
		case '"':
		case '\'': p = skip_quoted(p, last); break;
		case '`': p = skip_raw_string(p, last); break;
		case '/': p = skip_comment(p, last); break;
		default: break;
		}
	}
	return false;
}
