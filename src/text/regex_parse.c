#include <string.h>

#include "base/rune.h"
#include "text/regex_tree.h"

enum {
	MAX_DEPTH = 250,
	MAX_REPEAT = 1000, // of one repetition, and of nested ones together
	TOO_MANY = 100000, // any number above that
};

// (?i), (?m), (?s), (?U), in the order of parse_flags. The last changes only which match
// is found first.
typedef enum { FOLD = 1, LINES = 2, DOT_ALL = 4, LAZY = 8 } Flags;

typedef struct {
	Arena *arena;
	Str s;
	isize pos;
	unsigned flags;
	int depth; // of groups
	Str why;
} Parser;

// A list of nodes to be written one behind the other; link points to the last.
typedef struct {
	RegexNode *first, **link;
} List;

static RegexNode *parse_alternatives(Parser *p);

// ---- helpers

static bool fail(Parser *p, const char *fmt, ...) printf_like(2, 3);

// fail notes the reason, and returns false.
static bool fail(Parser *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	p->why = str_vformat(p->arena, fmt, ap);
	va_end(ap);
	return false;
}

// since returns what was read from a place on, for messages.
static Str since(const Parser *p, isize from)
{
	return str_slice(p->s, from, p->pos);
}

static bool at_end(const Parser *p)
{
	return p->pos >= p->s.len;
}

// peek returns the byte n on; 0 at the end, or where there is a NUL.
static char peek(const Parser *p, isize n)
{
	return p->pos + n < p->s.len ? p->s.p[p->pos + n] : 0;
}

static bool looking_at(const Parser *p, Str what)
{
	return str_starts(str_slice(p->s, p->pos, p->s.len), what);
}

static bool take(Parser *p, Str what)
{
	if (!looking_at(p, what))
		return false;
	p->pos += what.len;
	return true;
}

// take_rune reads a character, of which there must be one.
static bool take_rune(Parser *p, int32_t *rune)
{
	int width;

	*rune = rune_decode(p->s.p + p->pos, p->s.len - p->pos, &width);
	if (*rune == RUNE_BAD && width == 1)
		return fail(p, "the pattern is not UTF-8");
	p->pos += width;
	return true;
}

static RegexNode *new_node(Parser *p, RegexKind kind)
{
	RegexNode *n = arena_new(p->arena, RegexNode);

	n->kind = kind;
	n->set.arena = p->arena;
	n->height = n->copies = 1;
	return n;
}

static void append(List *l, RegexNode *n)
{
	if (*l->link)
		l->link = &(*l->link)->next;
	*l->link = n;
}

// join makes one node of a list.
static RegexNode *join(Parser *p, RegexKind kind, RegexNode *first)
{
	if (!first)
		return new_node(p, RE_EMPTY);
	if (!first->next)
		return first;
	RegexNode *n = new_node(p, kind);
	n->first = first;
	for (const RegexNode *m = first; m; m = m->next) {
		n->height = n->height > m->height ? n->height : m->height + 1;
		n->copies = n->copies > m->copies ? n->copies : m->copies;
	}
	return n;
}

// ---- characters

static int hex_value(char c)
{
	if ('0' <= c && c <= '9')
		return c - '0';
	c |= 0x20;
	return 'a' <= c && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_octal(char c)
{
	return '0' <= c && c <= '7';
}

static bool is_alnum(char c)
{
	return ('0' <= c && c <= '9') || ('a' <= (c | 0x20) && (c | 0x20) <= 'z');
}

static bool bad_escape(Parser *p, isize from)
{
	return fail(p, "unknown escape '%.*s'", STR_ARG(since(p, from)));
}

// Hex = digit digit | "{" digit { digit } "}" .
static bool parse_hex(Parser *p, isize from, int32_t *rune)
{
	bool braces = take(p, S("{"));
	int digits = 0;

	*rune = 0;
	for (int value; (value = hex_value(peek(p, 0))) >= 0 && (braces || digits < 2); digits++) {
		p->pos++;
		*rune = *rune * 16 + value;
		if (*rune > RUNE_MAX)
			return bad_escape(p, from);
	}
	if (braces ? digits > 0 && take(p, S("}")) : digits == 2)
		return true;
	p->pos += !at_end(p);
	return bad_escape(p, from);
}

// parse_escape reads one character behind a backslash, which is at `from`.
static bool parse_escape(Parser *p, isize from, int32_t *rune)
{
	static const char letters[] = "a\af\fn\nr\rt\tv\v";
	char c = peek(p, 0);

	if (at_end(p))
		return fail(p, "a backslash at the end");
	if (!take_rune(p, rune))
		return false;
	if (*rune < 0x80 && !is_alnum(c))
		return true;
	if (c == 'x')
		return parse_hex(p, from, rune);
	if (c == '0' || (is_octal(c) && is_octal(peek(p, 0)))) {
		*rune = c - '0';
		for (int i = 1; i < 3 && is_octal(peek(p, 0)); i++)
			*rune = *rune * 8 + (p->s.p[p->pos++] - '0');
		return true;
	}
	for (const char *l = letters; *l; l += 2) {
		if (*rune == *l) {
			*rune = (unsigned char)l[1];
			return true;
		}
	}
	return bad_escape(p, from);
}

static bool add_range(Parser *p, RuneSet *set, int32_t from, int32_t to)
{
	if (!(p->flags & FOLD)) {
		runes_add(set, from, to);
		return true;
	}
	if (to >= 0x80)
		return fail(p, "(?i) is supported for ASCII only");
	runes_add_fold(set, from, to);
	return true;
}

static bool add_literal(Parser *p, List *l, int32_t rune)
{
	RegexNode *n = new_node(p, RE_SET);

	if (!add_range(p, &n->set, rune, rune))
		return false;
	runes_sort(&n->set);
	append(l, n);
	return true;
}

// ---- classes

// Class = "\" ( "d" | "D" | "s" | "S" | "w" | "W" ) .
static bool take_perl_class(Parser *p, RuneSet *set)
{
	char c = peek(p, 1), lower = (char)(c | 0x20);

	if (peek(p, 0) != '\\' || !c || !strchr("dDsSwW", c))
		return false;
	p->pos += 2;
	return runes_add_class(set, (Str){&lower, 1}, c != lower, p->flags & FOLD);
}

// named_class_len returns how long the name is of the class that
// begins here; -1 if none does.
static isize named_class_len(const Parser *p)
{
	Str rest = str_slice(p->s, p->pos, p->s.len);

	return str_starts(rest, S("[:")) ? str_find(str_slice(rest, 2, rest.len), S(":]")) : -1;
}

// NamedClass = "[:" [ "^" ] name ":]" .
static bool parse_named_class(Parser *p, RuneSet *set, isize len)
{
	Str name = {p->s.p + p->pos + 2, len};
	bool negated = str_starts(name, S("^"));

	if (negated)
		name = str_slice(name, 1, name.len);
	p->pos += len + 4;
	// The names of one letter belong to the backslash.
	if (name.len > 1 && runes_add_class(set, name, negated, p->flags & FOLD))
		return true;
	return fail(p, "unknown class '[:%.*s:]'", STR_ARG(name));
}

// parse_class_rune reads one character of a set that begins at `open`.
static bool parse_class_rune(Parser *p, isize open, int32_t *rune)
{
	isize from = p->pos;

	if (at_end(p))
		return fail(p, "missing ']' of '%.*s'", STR_ARG(since(p, open)));
	return take(p, S("\\")) ? parse_escape(p, from, rune) : take_rune(p, rune);
}

static bool at_unicode_class(const Parser *p)
{
	return peek(p, 0) == '\\' && (peek(p, 1) == 'p' || peek(p, 1) == 'P');
}

static bool no_unicode_class(Parser *p)
{
	return fail(p, "classes of Unicode such as \\pL are not supported");
}

// Member = NamedClass | Class | character [ "-" character ] .
static bool parse_member(Parser *p, RuneSet *set, isize open)
{
	isize start = p->pos, named = named_class_len(p);
	int32_t from = 0, to;

	if (named >= 0)
		return parse_named_class(p, set, named);
	if (at_unicode_class(p))
		return no_unicode_class(p);
	if (take_perl_class(p, set))
		return true;
	if (!parse_class_rune(p, open, &from))
		return false;
	to = from;
	if (peek(p, 0) == '-' && p->pos + 1 < p->s.len && peek(p, 1) != ']') {
		p->pos++;
		if (!parse_class_rune(p, open, &to))
			return false;
	}
	if (to < from)
		return fail(p, "the range '%.*s' goes back", STR_ARG(since(p, start)));
	return add_range(p, set, from, to);
}

// Set = "[" [ "^" ] Member { Member } "]" . A "]" that comes first is a member.
static bool parse_set(Parser *p, List *l)
{
	isize open = p->pos++;
	RegexNode *n = new_node(p, RE_SET);
	bool negated = take(p, S("^"));

	do
		if (!parse_member(p, &n->set, open))
			return false;
	while (!take(p, S("]")));
	runes_sort(&n->set);
	if (negated)
		runes_negate(&n->set);
	append(l, n);
	return true;
}

// ---- groups

static bool is_name(Str s)
{
	for (isize i = 0; i < s.len; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '_')
			return false;
	return s.len > 0;
}

// parse_group_name reads what stands behind "(?P<" or "(?<", up to ">".
static bool parse_group_name(Parser *p)
{
	Str rest = str_slice(p->s, p->pos, p->s.len);
	Str name = str_cut(&rest, '>');

	if (!is_name(name) || peek(p, name.len) != '>')
		return fail(p, "expected the name of a group and '>', found '%.*s'", STR_ARG(name));
	p->pos += name.len + 1;
	return true;
}

// Flags = { "i" | "m" | "s" | "U" } [ "-" flag { flag } ] ( ":" | ")" ) .
// *opens tells whether a group begins behind them.
static bool parse_flags(Parser *p, isize from, bool *opens)
{
	static const char letters[] = "imsU";
	unsigned flags = p->flags;
	bool minus = false, flag = true;

	for (char c; (c = peek(p, 0)) != 0; p->pos++) {
		const char *letter = strchr(letters, c);
		if (letter) {
			unsigned bit = 1U << (letter - letters);
			flags = minus ? flags & ~bit : flags | bit;
			flag = true;
		} else if (c == '-' && !minus) {
			minus = true;
			flag = false;
		} else {
			break;
		}
	}
	*opens = peek(p, 0) == ':';
	p->pos += !at_end(p);
	if (!flag || (!*opens && p->s.p[p->pos - 1] != ')'))
		return fail(p, "unknown group '%.*s'", STR_ARG(since(p, from)));
	p->flags = flags;
	return true;
}

// parse_rest reads a group from behind its beginning on, and takes the flags back.
static bool parse_rest(Parser *p, List *l, isize from, unsigned flags)
{
	if (p->depth++ == MAX_DEPTH)
		return fail(p, "nested too deeply");
	RegexNode *n = parse_alternatives(p);
	p->depth--;
	if (!n)
		return false;
	if (!take(p, S(")")))
		return fail(p, "missing ')' of '%.*s'", STR_ARG(since(p, from)));
	p->flags = flags;
	append(l, n);
	return true;
}

// Group = "(" [ "?P<" name ">" | "?<" name ">" | "?" Flags ] Alternatives ")" .
// Flags alone, "(?i)", hold to the end of the group around them.
static bool parse_group(Parser *p, List *l)
{
	isize from = p->pos++;
	unsigned flags = p->flags;
	bool opens = true;

	if (take(p, S("?P<")) || take(p, S("?<"))) {
		if (!parse_group_name(p))
			return false;
	} else if (take(p, S("?")) && !parse_flags(p, from, &opens)) {
		return false;
	}
	return !opens || parse_rest(p, l, from, flags);
}

// ---- repetitions

// take_int reads a number; -1 if there is none.
static int take_int(Parser *p)
{
	int value = 0;
	isize from = p->pos;

	for (char c; '0' <= (c = peek(p, 0)) && c <= '9'; p->pos++)
		value = value < TOO_MANY ? 10 * value + (c - '0') : TOO_MANY;
	if (p->pos == from || (p->s.p[from] == '0' && p->pos > from + 1))
		return -1;
	return value;
}

// Counts = "{" min [ "," [ max ] ] "}" . All else that begins with a brace is a text.
static bool take_counts(Parser *p, int *min, int *max)
{
	isize from = p->pos;

	if (!take(p, S("{")))
		return false;
	*max = *min = take_int(p);
	if (*min >= 0 && take(p, S(",")))
		*max = peek(p, 0) == '}' ? -1 : take_int(p);
	bool ends = *min >= 0 && (*max >= 0 || p->s.p[p->pos - 1] == ',') && take(p, S("}"));
	if (!ends)
		p->pos = from;
	return ends;
}

// Repetition = ( "*" | "+" | "?" | Counts ) [ "?" ] .
// It returns false if there is none.
static bool take_repetition(Parser *p, int *min, int *max)
{
	char c = peek(p, 0);

	if (c && strchr("*+?", c)) {
		p->pos++;
		*min = c == '+';
		*max = c == '?' ? 1 : -1;
	} else if (!take_counts(p, min, max)) {
		return false;
	}
	take(p, S("?"));
	return true;
}

// repeat makes a repetition of the last node of a list.
static bool repeat(Parser *p, List *l, Str text, int min, int max)
{
	RegexNode *n = new_node(p, RE_REPEAT), *of = *l->link;
	int most = max < 0 ? min : max;

	if (min > MAX_REPEAT || max > MAX_REPEAT || (max >= 0 && max < min))
		return fail(p, "'%.*s' is no repetition: at most %d, and the smaller number first",
			STR_ARG(text), MAX_REPEAT);
	if (!of)
		return fail(p, "missing argument of '%.*s'", STR_ARG(text));
	n->first = of;
	n->min = min;
	n->max = max;
	n->height = of->height + 1;
	n->copies = max == 0 ? 1 : of->copies * (most > 1 ? most : 1);
	if (n->copies > MAX_REPEAT)
		return fail(p, "nested repetitions make more than %d of one thing", MAX_REPEAT);
	if (n->height > MAX_DEPTH)
		return fail(p, "nested too deeply");
	*l->link = n;
	return true;
}

// ---- the pattern

static bool add_assertion(Parser *p, List *l, RegexAssert assertion)
{
	RegexNode *n = new_node(p, RE_ASSERT);

	n->assertion = assertion;
	append(l, n);
	return true;
}

static bool parse_quoted(Parser *p, List *l)
{
	while (!at_end(p) && !take(p, S("\\E"))) {
		int32_t rune;
		if (!take_rune(p, &rune) || !add_literal(p, l, rune))
			return false;
	}
	return true;
}

static bool parse_backslash(Parser *p, List *l)
{
	RegexNode *set = new_node(p, RE_SET);
	isize from = p->pos;
	int32_t rune;

	if (take_perl_class(p, &set->set)) {
		append(l, set);
		return true;
	}
	if (at_unicode_class(p))
		return no_unicode_class(p);
	p->pos++;
	if (take(p, S("A")))
		return add_assertion(p, l, ASSERT_BEGIN_TEXT);
	if (take(p, S("z")))
		return add_assertion(p, l, ASSERT_END_TEXT);
	if (take(p, S("b")))
		return add_assertion(p, l, ASSERT_WORD);
	if (take(p, S("B")))
		return add_assertion(p, l, ASSERT_NOT_WORD);
	if (take(p, S("Q")))
		return parse_quoted(p, l);
	return parse_escape(p, from, &rune) && add_literal(p, l, rune);
}

static bool add_dot(Parser *p, List *l)
{
	RegexNode *n = new_node(p, RE_SET);

	if (!(p->flags & DOT_ALL))
		runes_add(&n->set, '\n', '\n');
	runes_negate(&n->set);
	append(l, n);
	return true;
}

// Atom = "." | "^" | "$" | Set | Group | "\" escape | character .
static bool parse_atom(Parser *p, List *l)
{
	bool lines = p->flags & LINES;
	int32_t rune;

	switch (peek(p, 0)) {
	case '(': return parse_group(p, l);
	case '[': return parse_set(p, l);
	case '\\': return parse_backslash(p, l);
	default: break;
	}
	if (take(p, S(".")))
		return add_dot(p, l);
	if (take(p, S("^")))
		return add_assertion(p, l, lines ? ASSERT_BEGIN_LINE : ASSERT_BEGIN_TEXT);
	if (take(p, S("$")))
		return add_assertion(p, l, lines ? ASSERT_END_LINE : ASSERT_END_TEXT);
	return take_rune(p, &rune) && add_literal(p, l, rune);
}

// Sequence = { Atom [ Repetition ] } .
static RegexNode *parse_sequence(Parser *p)
{
	List l = {0};
	bool repeated = false; // one repetition does not follow another at once
	int min, max;

	l.link = &l.first;
	while (!at_end(p) && peek(p, 0) != '|' && peek(p, 0) != ')') {
		isize from = p->pos;
		bool repetition = take_repetition(p, &min, &max);
		if (repetition && repeated) {
			fail(p, "'%.*s' behind another repetition", STR_ARG(since(p, from)));
			return NULL;
		}
		if (repetition ? !repeat(p, &l, since(p, from), min, max) : !parse_atom(p, &l))
			return NULL;
		repeated = repetition;
	}
	return join(p, RE_CONCAT, l.first);
}

// Alternatives = Sequence { "|" Sequence } .
static RegexNode *parse_alternatives(Parser *p)
{
	List l = {0};

	l.link = &l.first;
	do {
		RegexNode *n = parse_sequence(p);
		if (!n)
			return NULL;
		append(&l, n);
	} while (take(p, S("|")));
	return join(p, RE_ALTERNATE, l.first);
}

RegexNode *regex_parse(Arena *a, Str pattern, Str *why)
{
	Parser p = {.arena = a, .s = pattern};
	RegexNode *n = parse_alternatives(&p);

	if (n && !at_end(&p)) {
		fail(&p, "a ')' that closes nothing");
		n = NULL;
	}
	*why = p.why;
	return n;
}
