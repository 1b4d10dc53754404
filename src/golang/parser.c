#include "golang/parser.h"

#include <string.h>

// ---- errors

void parser_stop(Parser *p)
{
	p->stopped = true;
	p->lx.pos = p->lx.last;
	p->lx.want_semi = false;
	p->lx.newline_in_comment = -1;
	p->tok = (Token){T_EOF, {p->lx.len, p->lx.len}};
}

enum { MAX_ERRORS = 10 };

// is_news tells whether an error at an offset is to be noted: not if it is most likely
// the consequence of the one before.
static bool is_news(Parser *p, int32_t offset)
{
	if (p->stopped)
		return false;
	return p->faults.n == 0 || p->faults.last_line != fault_place(&p->faults, offset).line;
}

void error_at(Parser *p, int32_t offset, const char *what)
{
	if (!is_news(p, offset))
		return;
	if (p->faults.n > MAX_ERRORS)
		parser_stop(p);
	else
		fault_add(&p->faults, offset, "%s", what);
}

static Str token_found(const Parser *p)
{
	if (at(p, T_NEWLINE))
		return S("newline");
	if (!token_is_literal(p->tok.kind))
		return str_format(p->arena, "'%.*s'", STR_ARG(token_name(p->tok.kind)));
	return str_slice(p->faults.src->text, p->tok.at.from, p->tok.at.to);
}

void error_expected(Parser *p, int32_t offset, const char *what)
{
	Str found = S("");

	if (!is_news(p, offset))
		return;
	if (offset == p->tok.at.from)
		found = str_format(p->arena, ", found %.*s", STR_ARG(token_found(p)));
	error_at(p, offset, str_format(p->arena, "expected %s%.*s", what, STR_ARG(found)).p);
}

int32_t expect_failed(Parser *p, TokenKind kind)
{
	int32_t from = p->tok.at.from;

	error_expected(p, from, str_format(p->arena, "'%.*s'", STR_ARG(token_name(kind))).p);
	advance(p);
	return from;
}

int32_t expect_closing(Parser *p, TokenKind kind, const char *context)
{
	if (at(p, T_NEWLINE)) {
		error_at(p, p->tok.at.from,
			str_format(p->arena, "missing ',' before newline in %s", context).p);
		advance(p);
	}
	return expect(p, kind);
}

void expect_semi_failed(Parser *p)
{
	error_expected(p, p->tok.at.from, "';'");
	if (at(p, T_COMMA))
		advance(p);
	else
		skip_to(p, SYNC_STMT);
}

bool at_comma(Parser *p, const char *context, TokenKind end)
{
	if (at(p, T_COMMA))
		return true;
	if (at(p, end))
		return false;
	error_at(p, p->tok.at.from,
		str_format(p->arena, "missing ','%s in %s",
			at(p, T_NEWLINE) ? " before newline" : "", context)
			.p);
	return true;
}

static const uint8_t sync_at[TOKEN_KINDS] = {
	[T_BREAK] = SYNC_STMT,
	[T_CONST] = SYNC_STMT | SYNC_DECL,
	[T_CONTINUE] = SYNC_STMT,
	[T_DEFER] = SYNC_STMT,
	[T_FALLTHROUGH] = SYNC_STMT,
	[T_FOR] = SYNC_STMT,
	[T_GO] = SYNC_STMT,
	[T_GOTO] = SYNC_STMT,
	[T_IF] = SYNC_STMT,
	[T_IMPORT] = SYNC_DECL,
	[T_RETURN] = SYNC_STMT,
	[T_SELECT] = SYNC_STMT,
	[T_SWITCH] = SYNC_STMT,
	[T_TYPE] = SYNC_STMT | SYNC_DECL,
	[T_VAR] = SYNC_STMT | SYNC_DECL,
	[T_COMMA] = SYNC_EXPR_END,
	[T_COLON] = SYNC_EXPR_END,
	[T_SEMI] = SYNC_EXPR_END,
	[T_NEWLINE] = SYNC_EXPR_END,
	[T_RPAREN] = SYNC_EXPR_END,
	[T_RBRACK] = SYNC_EXPR_END,
	[T_RBRACE] = SYNC_EXPR_END,
};

enum { MAX_SYNC = 10 }; // so often may skip_to stop at one token

void skip_to(Parser *p, Sync to)
{
	for (; !at(p, T_EOF); advance(p)) {
		if (!(sync_at[p->tok.kind] & to))
			continue;
		if (p->tok.at.from == p->sync_at && p->sync_count < MAX_SYNC) {
			p->sync_count++;
			return;
		}
		if (p->tok.at.from > p->sync_at) {
			p->sync_at = p->tok.at.from;
			p->sync_count = 0;
			return;
		}
	}
}

void nest_failed(Parser *p)
{
	p->too_deep = p->max_nesting < MAX_NESTING;
	if (!p->too_deep)
		error_at(p, p->tok.at.from, "exceeded max nesting depth");
	parser_stop(p);
}

// ---- comments

// newlines counts them in the text from..to.
static int32_t newlines(const Parser *p, int32_t from, int32_t to)
{
	const char *s = p->lx.text + from, *end = p->lx.text + to;
	int32_t n = 0;

	while (s < end && (s = memchr(s, '\n', (size_t)(end - s)))) {
		n++;
		s++;
	}
	return n;
}

// is_directive tells comments for tools, "//go:embed x", from those for people.
static bool is_directive(Str text)
{
	isize i = 2;

	if (text.p[2] == ' ' && text.p[3] != '+')
		return false; // for people, like nearly all
	if (str_starts(text, S("//line ")) || str_starts(text, S("/*line ")) ||
		str_starts(text, S("//export ")) || str_starts(text, S("//extern ")) ||
		str_starts(text, S("// +build ")))
		return true;
	if (text.p[1] != '/')
		return false;
	while (i < text.len &&
		(('a' <= text.p[i] && text.p[i] <= 'z') || ('0' <= text.p[i] && text.p[i] <= '9')))
		i++;
	return 2 < i && i + 1 < text.len && text.p[i] == ':' && text.p[i + 1] > ' ';
}

static void note_directive(Parser *p)
{
	Str text = {p->lx.text + p->tok.at.from, p->tok.at.to - p->tok.at.from};

	if (!is_directive(text))
		return;

	Directive *d = arena_new(p->arena, Directive);
	d->at = p->tok.at;
	*p->directive_tail = d;
	p->directive_tail = &d->next;
	if (!p->undecided)
		p->undecided = d;
}

// comment_group goes over comments with no more than this many newlines between
// one and the next.
static Span comment_group(Parser *p, int32_t apart)
{
	Span group = p->tok.at;

	do {
		note_directive(p);
		group.to = p->tok.at.to;
		lex_next(&p->lx, &p->tok);
	} while (at(p, T_COMMENT) && newlines(p, group.to, p->tok.at.from) <= apart);
	return group;
}

void advance_comments(Parser *p, int32_t prev)
{
	Span group = {0, 0};

	if (prev >= 0 && newlines(p, prev, p->tok.at.from) == 0)
		comment_group(p, 0); // it speaks of what is before it
	while (at(p, T_COMMENT))
		group = comment_group(p, 1);
	if (group.to > 0 && newlines(p, group.to, p->tok.at.from) == 1)
		p->lead = group;
}

// ---- nodes

enum { MIN_ROOM = 16, MAX_ROOM = 128 }; // no more than stays in the cache till it is used

void node_room(Parser *p)
{
	isize left = (p->lx.len - p->lx.pos) / 16;
	isize room = left < MIN_ROOM ? MIN_ROOM : left > MAX_ROOM ? MAX_ROOM : left;

	p->node = arena_array(p->arena, Node, room);
	p->node_end = p->node + room;
}

Node *node_bad(Parser *p, int32_t from)
{
	return node_done(node_new(p, N_BAD, from), p->tok.at.from);
}

void list_add_or_none(Parser *p, List *l, Node *n)
{
	int32_t here = p->tok.at.from;

	list_add(l, n ? n : node_done(node_new(p, N_NONE, here), here));
}

void list_add_doc(Parser *p, List *l, Span doc)
{
	if (doc.to > 0)
		list_add(l, node_done(node_new(p, N_DOC, doc.from), doc.to));
}
