#include "text/template_tree.h"

enum { MAX_DEPTH = 100 };

typedef struct {
	Arena *arena;
	Template *t;
	Diags *diags;
	Lexer lx;
	StrList vars; // in scope; a variable's slot is its place here
	int depth;
	int ranges;   // around here
	bool on_data; // `.` is the data: no with or range around here
	Span ended;   // the newest "end" or "else"
} Parser;

// How a list of statements ends.
typedef enum { BY_END_OF_TEXT, BY_END, BY_ELSE } ListEnd;

static bool parse_list(Parser *p, Node **out, ListEnd *end);
static Node *parse_pipe(Parser *p, int max_vars);

// ---- helpers

static Node *new_node(Parser *p, NodeKind kind, Span at)
{
	Node *n = arena_new(p->arena, Node);

	n->kind = kind;
	n->at = at;
	return n;
}

static bool at(const Parser *p, TokenKind kind)
{
	return p->lx.tok.kind == kind;
}

static bool at_word(const Parser *p, Str word)
{
	return at(p, TOKEN_WORD) && str_eq(p->lx.tok.text, word);
}

static bool advance(Parser *p)
{
	return template_next(&p->lx);
}

static bool expected(Parser *p, const char *what)
{
	const Token *tok = &p->lx.tok;

	return template_error(
		p->t, p->diags, tok->at, "expected %s, found '%.*s'", what, STR_ARG(tok->text));
}

static bool error_at(Parser *p, Span span, const char *what)
{
	return template_error(p->t, p->diags, span, "%s", what);
}

// deeper counts how deep we are. Whoever calls it goes back by p->depth--.
static bool deeper(Parser *p)
{
	if (p->depth++ < MAX_DEPTH)
		return true;
	return error_at(p, p->lx.tok.at, "nested too deeply");
}

// ---- variables

static bool find_variable(Parser *p, Str name, int *slot)
{
	for (isize i = p->vars.n; i-- > 0;) {
		*slot = (int)i;
		if (str_eq(p->vars.v[i], name))
			return true;
	}
	template_error(p->t, p->diags, p->lx.tok.at, "undefined variable '%.*s'", STR_ARG(name));
	StrList named = {.v = p->vars.v + 1, .n = p->vars.n - 1}; // without $
	template_suggest(p->diags, &named, name, "");
	return false;
}

static int declare(Parser *p, Str name)
{
	strlist_add(&p->vars, name);
	if (p->t->nslot < p->vars.n)
		p->t->nslot = (int)p->vars.n;
	return (int)p->vars.n - 1;
}

// ---- operands

static bool check_count(Parser *p, const Node *call, int n)
{
	const TemplateFunc *f = call->func;
	const char *bound = n < f->min ? "at least " : "at most ";
	int limit = n < f->min ? f->min : f->max;

	if (f->min <= n && n <= f->max)
		return true;
	return template_error(p->t, p->diags, call->at, "'%.*s' takes %s%d argument%s, found %d",
		STR_ARG(f->name), f->min == f->max ? "" : bound, limit, limit == 1 ? "" : "s", n);
}

// check_alone looks at an operand that is given no arguments.
static bool check_alone(Parser *p, const Node *operand)
{
	return operand->kind != NODE_CALL || check_count(p, operand, 0);
}

// is_data tells whether an operand is the data, as far as one can know here.
static bool is_data(const Parser *p, const Node *n)
{
	return (n->kind == NODE_VARIABLE && n->slot[0] == 0) || (n->kind == NODE_DOT && p->on_data);
}

static Node *make_field(Parser *p, Node *of, Span span, Str name)
{
	Node *field = new_node(p, NODE_FIELD, span);

	if (!check_alone(p, of))
		return NULL;
	field->first = of;
	field->text = name;
	if (!is_data(p, of) || strlist_has(p->t->names, name))
		return field;
	template_unknown_name(p->t, p->diags, span, name);
	return NULL;
}

static Node *constant(Parser *p, TemplateValue value)
{
	Node *n = new_node(p, NODE_CONSTANT, p->lx.tok.at);

	n->value = value;
	return n;
}

static bool is_language(Str word)
{
	static const Str words[] = {{"block", 5}, {"break", 5}, {"continue", 8}, {"define", 6},
		{"else", 4}, {"end", 3}, {"if", 2}, {"range", 5}, {"template", 8}, {"with", 4}};

	for (isize i = 0; i < countof(words); i++)
		if (str_eq(words[i], word))
			return true;
	return false;
}

// unknown_word tells that nothing is called so: neither a function nor a name.
static void unknown_word(Parser *p, Str word)
{
	template_error(p->t, p->diags, p->lx.tok.at, "unknown function '%.*s'", STR_ARG(word));
	StrList funcs = template_func_names(p->arena);
	if (!template_suggest(p->diags, &funcs, word, ""))
		template_suggest_name(p->diags, p->t->names, word);
}

// Word = "true" | "false" | "nil" | Function | Name .
static Node *parse_word(Parser *p)
{
	Str word = p->lx.tok.text;
	bool yes = str_eq(word, S("true"));

	if (yes || str_eq(word, S("false")))
		return constant(p, (TemplateValue){.kind = TEMPLATE_BOOL, .number = yes});
	if (str_eq(word, S("nil")))
		return constant(p, (TemplateValue){0});
	if (is_language(word)) {
		expected(p, "a value");
		return NULL;
	}
	Node *n = new_node(p, NODE_CALL, p->lx.tok.at);
	n->func = template_func(word);
	if (n->func)
		return n;
	if (strlist_has(p->t->names, word))
		return make_field(p, new_node(p, NODE_VARIABLE, n->at), n->at, word);
	unknown_word(p, word);
	return NULL;
}

static Node *parse_variable(Parser *p)
{
	Node *n = new_node(p, NODE_VARIABLE, p->lx.tok.at);

	return find_variable(p, p->lx.tok.text, &n->slot[0]) ? n : NULL;
}

static Node *parse_parens(Parser *p)
{
	Node *pipe = NULL;

	if (deeper(p) && advance(p))
		pipe = parse_pipe(p, 1);
	p->depth--;
	if (pipe && !at(p, TOKEN_RPAREN)) {
		expected(p, "')'");
		return NULL;
	}
	return pipe;
}

static Str field_name(const Token *tok)
{
	return str_slice(tok->text, 1, tok->text.len);
}

// Term = number | text | Word | variable | "." | Field | "(" Pipeline ")" .
// It leaves the last token of the term as the current one.
static Node *parse_term(Parser *p)
{
	const Token *tok = &p->lx.tok;

	switch (tok->kind) {
	case TOKEN_CONSTANT: return constant(p, tok->value);
	case TOKEN_WORD: return parse_word(p);
	case TOKEN_VARIABLE: return parse_variable(p);
	case TOKEN_DOT: return new_node(p, NODE_DOT, tok->at);
	case TOKEN_FIELD:
		return make_field(p, new_node(p, NODE_DOT, tok->at), tok->at, field_name(tok));
	case TOKEN_LPAREN: return parse_parens(p);
	default: expected(p, "a value"); return NULL;
	}
}

// Operand = Term { Field } .
static Node *parse_operand(Parser *p)
{
	Node *n = parse_term(p);
	int fields = 0;

	if (!n || !advance(p))
		return NULL;
	while (at(p, TOKEN_FIELD) && !p->lx.tok.spaced) {
		Span span = {n->at.from, p->lx.tok.at.to};
		if (n->kind == NODE_CONSTANT || n->kind == NODE_DOT) {
			error_at(p, p->lx.tok.at, "this value has no fields");
			return NULL;
		}
		if (fields++ == MAX_DEPTH) {
			error_at(p, p->lx.tok.at, "nested too deeply");
			return NULL;
		}
		n = make_field(p, n, span, field_name(&p->lx.tok));
		if (!n || !advance(p))
			return NULL;
	}
	return n;
}

// ---- pipelines

static bool ends_command(const Parser *p)
{
	return at(p, TOKEN_PIPE) || at(p, TOKEN_CLOSE) || at(p, TOKEN_RPAREN);
}

// check_command looks at what a command begins with: it must take the n arguments
// that are given to it.
static bool check_command(Parser *p, const Node *cmd, int n)
{
	const Node *first = cmd->first;

	if (first->kind == NODE_CALL)
		return check_count(p, first, n);
	if (first->kind == NODE_CONSTANT && first->value.kind == TEMPLATE_NIL)
		return error_at(p, first->at, "'nil' is no command");
	if (first->kind == NODE_FIELD || n == 0)
		return true;
	return template_error(p->t, p->diags, first->at, "'%.*s' takes no arguments",
		STR_ARG(str_slice(p->t->from.text, first->at.from, first->at.to)));
}

// Command = Operand { space Operand } .
static Node *parse_command(Parser *p, bool is_first)
{
	Node *cmd = new_node(p, NODE_COMMAND, p->lx.tok.at);
	Node **tail = &cmd->first;
	int n = is_first ? -1 : 0;

	do {
		Node *operand = parse_operand(p);
		if (!operand || (cmd->first && !check_alone(p, operand)))
			return NULL;
		*tail = operand;
		tail = &operand->next;
		cmd->at.to = operand->at.to;
		n++;
		if (!ends_command(p) && !p->lx.tok.spaced) {
			expected(p, "a space between two values");
			return NULL;
		}
	} while (!ends_command(p));
	return check_command(p, cmd, n) ? cmd : NULL;
}

// parse_target reads the variable that a pipeline sets, if it sets one.
static bool parse_target(Parser *p, Str *names, int *n, int max)
{
	Lexer before = p->lx;

	if (!at(p, TOKEN_VARIABLE))
		return true;
	names[*n] = p->lx.tok.text;
	if (!advance(p))
		return false;
	if (!at(p, TOKEN_ASSIGN) && !at(p, TOKEN_DECLARE) && !at(p, TOKEN_COMMA)) {
		p->lx = before;
		return *n == 0 || expected(p, "':=' or '=' behind the variable");
	}
	++*n;
	if (!at(p, TOKEN_COMMA))
		return true;
	if (*n == max)
		return error_at(p, p->lx.tok.at,
			max == 1 ? "only 'range' sets two variables"
				 : "'range' sets no more than two variables");
	if (!advance(p))
		return false;
	return at(p, TOKEN_VARIABLE) ? parse_target(p, names, n, max) : expected(p, "a variable");
}

// Targets = [ variable [ "," variable ] ( ":=" | "=" ) ] .
static bool parse_targets(Parser *p, Node *pipe, int max, Str *names)
{
	Token first = p->lx.tok;

	if (!parse_target(p, names, &pipe->nslot, max))
		return false;
	if (pipe->nslot == 0)
		return true;
	pipe->assigns = at(p, TOKEN_ASSIGN);
	for (int i = 0; pipe->assigns && i < pipe->nslot; i++) {
		if (!find_variable(p, names[i], &pipe->slot[i]))
			return false;
		if (pipe->slot[i] == 0)
			return error_at(p, first.at, "'$' cannot be set");
	}
	return advance(p);
}

// Pipeline = Targets Command { "|" Command } .
static Node *parse_pipe(Parser *p, int max_vars)
{
	Node *pipe = new_node(p, NODE_PIPE, p->lx.tok.at);
	Node **tail = &pipe->first;
	Str names[2];

	if (!parse_targets(p, pipe, max_vars, names))
		return NULL;
	for (;;) {
		*tail = parse_command(p, tail == &pipe->first);
		if (!*tail)
			return NULL;
		pipe->at.to = (*tail)->at.to;
		tail = &(*tail)->next;
		if (!at(p, TOKEN_PIPE))
			break;
		if (!advance(p))
			return NULL;
	}
	for (int i = 0; !pipe->assigns && i < pipe->nslot; i++)
		pipe->slot[i] = declare(p, names[i]);
	return pipe;
}

// ---- statements

// parse_close expects the end of an action. The next token is that of template_text.
static bool parse_close(Parser *p)
{
	return at(p, TOKEN_CLOSE) || expected(p, "'}}'");
}

static bool parse_control(Parser *p, Node *n);

// parse_block reads the list of a control statement: a scope of its own.
static bool parse_block(Parser *p, Node **out, ListEnd *end)
{
	isize scope = p->vars.n;
	bool ok = parse_list(p, out, end);

	p->vars.n = scope;
	return ok;
}

// parse_body reads the first list of a control statement. In that of range and with, `.` is
// something else than around it.
static bool parse_body(Parser *p, Node *n, ListEnd *end)
{
	bool on_data = p->on_data;

	p->on_data = on_data && n->kind == NODE_IF;
	p->ranges += n->kind == NODE_RANGE;
	bool ok = parse_block(p, &n->body, end);
	p->ranges -= n->kind == NODE_RANGE;
	p->on_data = on_data;
	return ok;
}

// Else = "else" ( "if" | "with" ) Control | "else" "}}" List end .
static bool parse_else(Parser *p, Node *n)
{
	Str again = n->kind == NODE_IF ? S("if") : n->kind == NODE_WITH ? S("with") : S("");
	ListEnd end;

	if (again.len > 0 && at_word(p, again)) {
		n->otherwise = new_node(p, n->kind, p->lx.tok.at);
		return advance(p) && parse_control(p, n->otherwise);
	}
	if (!parse_close(p) || !parse_block(p, &n->otherwise, &end))
		return false;
	if (end == BY_ELSE)
		return error_at(p, p->ended, "a second '{{else}}'");
	return end == BY_END || error_at(p, n->at, "this has no '{{end}}'");
}

// Control = Pipeline "}}" List [ Else ] end .
static bool parse_branches(Parser *p, Node *n)
{
	ListEnd end;

	n->first = parse_pipe(p, n->kind == NODE_RANGE ? 2 : 1);
	if (!n->first || !parse_close(p) || !parse_body(p, n, &end))
		return false;
	if (end == BY_ELSE)
		return parse_else(p, n);
	return end == BY_END || error_at(p, n->at, "this has no '{{end}}'");
}

static bool parse_control(Parser *p, Node *n)
{
	isize scope = p->vars.n;
	bool ok = deeper(p) && parse_branches(p, n);

	p->depth--;
	p->vars.n = scope;
	return ok;
}

// parse_jump reads break or continue, whose word is the current token.
static bool parse_jump(Parser *p, Node *n)
{
	if (p->ranges == 0)
		return template_error(p->t, p->diags, n->at, "'%.*s' outside of 'range'",
			STR_ARG(p->lx.tok.text));
	return advance(p) && parse_close(p);
}

// refuse tells about the words of the language that we have not.
static bool refuse(Parser *p)
{
	template_error(p->t, p->diags, p->lx.tok.at, "'%.*s' is not supported in rules",
		STR_ARG(p->lx.tok.text));
	return diag_help(p->diags, "write its text where it is used");
}

// Action = "if" Control | "range" Control | "with" Control | "break" | "continue" |
//	Pipeline .
static bool parse_action(Parser *p, Node *n)
{
	static const struct {
		Str word;
		NodeKind kind;
	} controls[] = {{{"if", 2}, NODE_IF}, {{"range", 5}, NODE_RANGE}, {{"with", 4}, NODE_WITH}};

	n->kind = NODE_ACTION;
	n->at = p->lx.tok.at;
	if (at_word(p, S("define")) || at_word(p, S("block")) || at_word(p, S("template")))
		return refuse(p);
	for (isize i = 0; i < countof(controls); i++) {
		if (at_word(p, controls[i].word)) {
			n->kind = controls[i].kind;
			return advance(p) && parse_control(p, n);
		}
	}
	if (at_word(p, S("break")) || at_word(p, S("continue"))) {
		n->kind = at_word(p, S("break")) ? NODE_BREAK : NODE_CONTINUE;
		return parse_jump(p, n);
	}
	n->first = parse_pipe(p, 1);
	return n->first && parse_close(p);
}

// parse_list_end goes behind "end", and behind the "else" that an Else begins with.
static bool parse_list_end(Parser *p, ListEnd *end)
{
	*end = at_word(p, S("end")) ? BY_END : BY_ELSE;
	p->ended = p->lx.tok.at;
	return advance(p) && (*end == BY_ELSE || parse_close(p));
}

// List = { text | "{{" Action "}}" } .
static bool parse_list(Parser *p, Node **out, ListEnd *end)
{
	for (;;) {
		Node *text = new_node(p, NODE_TEXT, (Span){0});
		if (!template_text(&p->lx, &text->text))
			return false;
		if (text->text.len > 0) {
			*out = text;
			out = &text->next;
		}
		if (at(p, TOKEN_END)) {
			*end = BY_END_OF_TEXT;
			return true;
		}
		if (at_word(p, S("end")) || at_word(p, S("else")))
			return parse_list_end(p, end);
		*out = new_node(p, NODE_ACTION, (Span){0});
		if (!parse_action(p, *out))
			return false;
		out = &(*out)->next;
	}
}

const Template *template_parse(Arena *a, const TemplateOrigin *from, const StrList *names, Diags *d)
{
	Template *t = arena_new(a, Template);
	Parser p = {.arena = a, .t = t, .diags = d, .vars = {.arena = a}, .on_data = true};
	ListEnd end;

	ensure(from->text.len < INT32_MAX);
	t->from = *from;
	t->names = names;
	p.lx = (Lexer){.arena = a, .t = t, .diags = d};
	declare(&p, S("$"));
	if (!parse_list(&p, &t->first, &end))
		return NULL;
	if (end == BY_END_OF_TEXT)
		return t;
	error_at(&p, p.ended,
		end == BY_END ? "an '{{end}}' that ends nothing"
			      : "an '{{else}}' that belongs to nothing");
	return NULL;
}
