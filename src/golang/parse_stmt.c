#include "golang/parser.h"

static Node *parse_stmt(Parser *p);

// ---- blocks

// StatementList = { Statement ";" } .
// It returns where the last one ends; without any, end.
static int32_t parse_stmt_list(Parser *p, List *list, int32_t end)
{
	while (!at(p, T_CASE) && !at(p, T_DEFAULT) && !at(p, T_RBRACE) && !at(p, T_EOF)) {
		Node *stmt = parse_stmt(p);
		list_add(list, stmt);
		end = stmt->at.to;
	}
	return end;
}

// Block = "{" StatementList "}" .
Node *parse_block(Parser *p)
{
	Node *n = node_new(p, N_BLOCK, expect(p, T_LBRACE));
	List stmts = list_start(&n->first);

	node_done(n, parse_stmt_list(p, &stmts, n->at.from + 1));
	if (at(p, T_RBRACE))
		n->at.to = p->tok.at.to;
	expect(p, T_RBRACE);
	return n;
}

static Node *parse_block_stmt(Parser *p)
{
	Node *n = parse_block(p);

	expect_semi(p);
	return n;
}

// ---- simple statements

typedef enum { PLAIN, LABEL_OK, RANGE_OK } SimpleMode;

// LabeledStmt = Label ":" Statement .
static Node *parse_labeled(Parser *p, Node *label, SimpleMode mode)
{
	int32_t colon = expect(p, T_COLON);

	if (mode != LABEL_OK || label->kind != N_IDENT) {
		error_at(p, colon, "illegal label declaration");
		return node_done(node_new(p, N_BAD, label->at.from), colon + 1);
	}
	Node *n = node_new(p, N_LABELED, label->at.from);
	n->first = label;
	label->next = parse_stmt(p);
	return node_done(n, label->next->at.to);
}

// SendStmt = Channel "<-" Expression .
static Node *parse_send(Parser *p, Node *channel)
{
	Node *n = node_new(p, N_SEND, channel->at.from);

	expect(p, T_ARROW);
	n->first = channel;
	channel->next = parse_rhs(p);
	return node_done(n, channel->next->at.to);
}

// Behind "for", or the left side of a range clause: "range" Expression .
// The result lacks the body.
static Node *parse_range_clause(Parser *p, Node *n, List *parts)
{
	expect(p, T_RANGE);
	n->kind = N_RANGE;
	n->n = parts->n;
	list_add(parts, parse_rhs(p));
	return n;
}

// Assignment   = ExpressionList assign_op ExpressionList .
// ShortVarDecl = IdentifierList ":=" ExpressionList .
// RangeClause  = [ ExpressionList "=" | IdentifierList ":=" ] "range" Expression .
static Node *parse_assignment(Parser *p, Node *left, List *parts, SimpleMode mode)
{
	Node *n = node_new(p, N_ASSIGN, left->at.from), *right = NULL;
	List values = list_start(&right);

	n->op = (uint8_t)p->tok.kind;
	n->pos = p->tok.at.from;
	n->first = left;
	advance(p);
	if (mode == RANGE_OK && at(p, T_RANGE) && (n->op == T_DEFINE || n->op == T_ASSIGN))
		return parse_range_clause(p, n, parts);

	parse_expr_list(p, &values, true);
	*parts->tail = right;
	while (right->next)
		right = right->next;
	return node_done(n, right->at.to);
}

// SimpleStmt = ExpressionStmt | SendStmt | IncDecStmt | Assignment | ShortVarDecl .
// And, as they begin the same way, LabeledStmt and RangeClause where mode allows.
static Node *parse_simple(Parser *p, SimpleMode mode)
{
	Node *x = NULL, *n;
	List list = list_start(&x);

	parse_expr_list(p, &list, false);
	if (token_is_assignment(p->tok.kind))
		return parse_assignment(p, x, &list, mode);
	if (list.n > 1) {
		error_expected(p, x->at.from, "1 expression");
		x->next = NULL;
	}

	switch (p->tok.kind) {
	case T_COLON: return parse_labeled(p, x, mode);
	case T_ARROW: return parse_send(p, x);
	case T_INC:
	case T_DEC:
		n = node_new(p, N_INC_DEC, x->at.from);
		n->op = (uint8_t)p->tok.kind;
		n->first = x;
		n->at.to = p->tok.at.to;
		advance(p);
		return n;
	default:
		n = node_new(p, N_EXPR_STMT, x->at.from);
		n->first = x;
		return node_done(n, x->at.to);
	}
}

static Node *parse_simple_stmt(Parser *p)
{
	Node *n = parse_simple(p, LABEL_OK);

	if (n->kind != N_LABELED)
		expect_semi(p);
	return n;
}

// as_expr returns the expression that a statement in a head consists of.
static Node *as_expr(Parser *p, Node *stmt, const char *want)
{
	if (!stmt)
		return NULL;
	if (stmt->kind == N_EXPR_STMT)
		return stmt->first;

	const char *found = stmt->kind == N_ASSIGN ? "assignment" : "simple statement";
	error_at(p, stmt->at.from,
		str_format(p->arena,
			"expected %s, found %s (missing parentheses around composite literal?)",
			want, found)
			.p);
	return node_bad(p, stmt->at.from);
}

// ---- statements of one keyword

// EmptyStmt = .
static Node *parse_empty(Parser *p)
{
	Node *n = node_new(p, N_EMPTY, p->tok.at.from);

	n->at.to = p->tok.at.to;
	if (at(p, T_RBRACE)) // the ";" before it may be left out
		n->at.to = n->at.from;
	else
		advance(p);
	return n;
}

static Node *parse_decl_stmt(Parser *p)
{
	Node *n = node_new(p, N_DECL_STMT, p->tok.at.from);

	n->first = parse_decl(p, SYNC_STMT);
	return node_done(n, n->first->at.to);
}

// GoStmt    = "go" Expression .
// DeferStmt = "defer" Expression .
static Node *parse_call_stmt(Parser *p)
{
	bool is_go = at(p, T_GO);
	Node *n = node_new(p, is_go ? N_GO : N_DEFER, p->tok.at.from);

	advance(p);
	Node *x = parse_rhs(p), *call = unparen(x);
	if (call != x)
		error_at(p, x->at.from,
			is_go ? "expression in go must not be parenthesized"
			      : "expression in defer must not be parenthesized");
	if (call->kind != N_CALL && call->kind != N_BAD)
		error_at(p, call->at.to,
			is_go ? "expression in go must be function call"
			      : "expression in defer must be function call");
	n->first = call;
	n->at.to = call->kind == N_CALL ? call->at.to : n->at.from + (is_go ? 2 : 5);
	expect_semi(p);
	return n;
}

// ReturnStmt = "return" [ ExpressionList ] .
static Node *parse_return(Parser *p)
{
	Node *n = node_new(p, N_RETURN, p->tok.at.from);
	List values = list_start(&n->first);

	n->at.to = p->tok.at.to;
	advance(p);
	if (!at_semi(p) && !at(p, T_RBRACE)) {
		parse_expr_list(p, &values, true);
		for (const Node *x = n->first; x; x = x->next)
			n->at.to = x->at.to;
	}
	expect_semi(p);
	return n;
}

// BreakStmt    = "break" [ Label ] .
// ContinueStmt = "continue" [ Label ] .
// GotoStmt     = "goto" Label .
static Node *parse_branch(Parser *p)
{
	Node *n = node_new(p, N_BRANCH, p->tok.at.from);

	n->op = (uint8_t)p->tok.kind;
	n->at.to = p->tok.at.to;
	advance(p);
	if (n->op == T_GOTO || (n->op != T_FALLTHROUGH && at(p, T_IDENT))) {
		n->first = parse_ident(p);
		n->at.to = n->first->at.to;
	}
	expect_semi(p);
	return n;
}

// ---- if

// The head of an if: [ SimpleStmt ";" ] Expression .
static void parse_if_head(Parser *p, List *parts)
{
	Node *init = NULL, *cond = NULL;
	Token semi = {0};
	int control = p->control;

	if (at(p, T_LBRACE)) {
		error_at(p, p->tok.at.from, "missing condition in if statement");
		list_add_or_none(p, parts, NULL);
		list_add_or_none(p, parts, NULL);
		return;
	}
	p->control = -1;
	if (!at_semi(p)) {
		if (accept(p, T_VAR))
			error_at(
				p, p->tok.at.from, "var declaration not allowed in if initializer");
		init = parse_simple(p, PLAIN);
	}
	if (at(p, T_LBRACE)) {
		cond = init;
		init = NULL;
	} else {
		if (at_semi(p)) {
			semi = p->tok;
			advance(p);
		} else {
			expect_failed(p, T_SEMI);
		}
		if (!at(p, T_LBRACE))
			cond = parse_simple(p, PLAIN);
	}
	if (!cond && semi.kind == T_NEWLINE)
		error_at(p, semi.at.from, "unexpected newline, expecting { after if clause");
	else if (!cond && semi.kind == T_SEMI)
		error_at(p, semi.at.from, "missing condition in if statement");
	list_add_or_none(p, parts, init);
	list_add_or_none(p, parts, as_expr(p, cond, "boolean expression"));
	p->control = control;
}

// IfStmt = "if" [ SimpleStmt ";" ] Expression Block [ "else" ( IfStmt | Block ) ] .
static Node *parse_if(Parser *p)
{
	Node *n = node_new(p, N_IF, p->tok.at.from), *last;
	List parts = list_start(&n->first);
	int32_t nesting = nest(p);

	expect(p, T_IF);
	parse_if_head(p, &parts);
	last = parse_block(p);
	list_add(&parts, last);
	if (!accept(p, T_ELSE)) {
		expect_semi(p);
	} else {
		if (at(p, T_IF)) {
			last = parse_if(p);
		} else if (at(p, T_LBRACE)) {
			last = parse_block_stmt(p);
		} else {
			error_expected(p, p->tok.at.from, "if statement or block");
			last = node_bad(p, p->tok.at.from);
		}
		list_add(&parts, last);
	}
	p->nesting = nesting;
	return node_done(n, last->at.to);
}

// ---- switch and select

// ExprSwitchCase = "case" ExpressionList | "default" .
// TypeSwitchCase = "case" TypeList | "default" .
// CaseClause     = ( ExprSwitchCase | TypeSwitchCase ) ":" StatementList .
static Node *parse_case(Parser *p)
{
	Node *n = node_new(p, N_CASE, p->tok.at.from);
	List parts = list_start(&n->first);

	n->op = (uint8_t)p->tok.kind;
	if (accept(p, T_CASE))
		parse_expr_list(p, &parts, true);
	else
		expect(p, T_DEFAULT);
	n->n = parts.n;
	int32_t colon = expect(p, T_COLON);
	return node_done(n, parse_stmt_list(p, &parts, colon + 1));
}

static bool is_type_switch_assert(const Node *x)
{
	return x->kind == N_TYPE_ASSERT && !x->first->next;
}

// TypeSwitchGuard = [ identifier ":=" ] PrimaryExpr "." "(" "type" ")" .
static bool is_type_switch_guard(Parser *p, const Node *stmt)
{
	if (!stmt)
		return false;
	if (stmt->kind == N_EXPR_STMT)
		return is_type_switch_assert(stmt->first);
	if (stmt->kind != N_ASSIGN || node_count(stmt->first) != 2)
		return false;
	if (stmt->first->next->at.from < stmt->pos || !is_type_switch_assert(stmt->first->next))
		return false;
	if (stmt->op == T_ASSIGN)
		error_at(p, stmt->pos, "expected ':=', found '='");
	return stmt->op == T_ASSIGN || stmt->op == T_DEFINE;
}

// SwitchStmt = "switch" [ SimpleStmt ";" ] [ Expression | TypeSwitchGuard ]
//              "{" { CaseClause } "}" .
static Node *parse_switch(Parser *p)
{
	Node *n = node_new(p, N_SWITCH, expect(p, T_SWITCH)), *init = NULL, *tag = NULL;
	List parts = list_start(&n->first), cases;
	Node *first = NULL;
	int control = p->control;

	p->control = -1;
	if (!at(p, T_LBRACE) && !at_semi(p))
		tag = parse_simple(p, PLAIN);
	if (at_semi(p)) {
		advance(p);
		init = tag;
		tag = at(p, T_LBRACE) ? NULL : parse_simple(p, PLAIN);
	}
	p->control = control;

	bool by_type = is_type_switch_guard(p, tag);
	n->pos = expect(p, T_LBRACE);
	cases = list_start(&first);
	while (at(p, T_CASE) || at(p, T_DEFAULT))
		list_add(&cases, parse_case(p));
	n->at.to = expect(p, T_RBRACE) + 1;
	expect_semi(p);

	list_add_or_none(p, &parts, init);
	list_add_or_none(p, &parts, by_type ? tag : as_expr(p, tag, "switch expression"));
	*parts.tail = first;
	return n;
}

// SendStmt | RecvStmt , where
// RecvStmt = [ ExpressionList "=" | IdentifierList ":=" ] Expression .
static Node *parse_comm_stmt(Parser *p)
{
	Node *x = NULL, *n;
	List list = list_start(&x);

	parse_expr_list(p, &list, false);
	if (at(p, T_ASSIGN) || at(p, T_DEFINE)) {
		if (list.n > 2)
			error_expected(p, x->at.from, "1 or 2 expressions");
		n = node_new(p, N_ASSIGN, x->at.from);
		n->op = (uint8_t)p->tok.kind;
		n->pos = p->tok.at.from;
		n->first = x;
		advance(p);
		Node *value = parse_rhs(p);
		list_add(&list, value);
		return node_done(n, value->at.to);
	}
	if (list.n > 1) {
		error_expected(p, x->at.from, "1 expression");
		x->next = NULL;
	}
	if (at(p, T_ARROW))
		return parse_send(p, x);
	n = node_new(p, N_EXPR_STMT, x->at.from);
	n->first = x;
	return node_done(n, x->at.to);
}

// CommClause = ( "case" ( SendStmt | RecvStmt ) | "default" ) ":" StatementList .
static Node *parse_comm(Parser *p)
{
	Node *n = node_new(p, N_COMM, p->tok.at.from), *stmt = NULL;
	List parts = list_start(&n->first);

	n->op = (uint8_t)p->tok.kind;
	if (accept(p, T_CASE))
		stmt = parse_comm_stmt(p);
	else
		expect(p, T_DEFAULT);
	list_add_or_none(p, &parts, stmt);
	int32_t colon = expect(p, T_COLON);
	return node_done(n, parse_stmt_list(p, &parts, colon + 1));
}

// SelectStmt = "select" "{" { CommClause } "}" .
static Node *parse_select(Parser *p)
{
	Node *n = node_new(p, N_SELECT, expect(p, T_SELECT));
	List cases = list_start(&n->first);

	n->pos = expect(p, T_LBRACE);
	while (at(p, T_CASE) || at(p, T_DEFAULT))
		list_add(&cases, parse_comm(p));
	n->at.to = expect(p, T_RBRACE) + 1;
	expect_semi(p);
	return n;
}

// ---- for

// ForClause = [ InitStmt ] ";" [ Condition ] ";" [ PostStmt ] , after InitStmt.
static void parse_for_clause(Parser *p, Node **cond, Node **post)
{
	advance(p);
	if (!at_semi(p))
		*cond = parse_simple(p, PLAIN);
	expect_semi(p);
	if (!at(p, T_LBRACE))
		*post = parse_simple(p, PLAIN);
}

static Node *finish_range(Parser *p, Node *n, int32_t from)
{
	Node *last = n->first, *block = parse_block(p);

	expect_semi(p);
	n->at.from = from;
	for (int32_t i = 1; last->next; last = last->next, i++)
		if (i == n->n && n->n > 2)
			error_expected(p, last->at.from, "at most 2 expressions");
	last->next = block;
	return node_done(n, block->at.to);
}

// ForStmt = "for" [ Condition | ForClause | RangeClause ] Block .
static Node *parse_for(Parser *p)
{
	int32_t from = expect(p, T_FOR);
	Node *init = NULL, *cond = NULL, *post = NULL;
	int control = p->control;

	p->control = -1;
	if (at(p, T_RANGE)) {
		cond = node_new(p, N_RANGE, from);
		List parts = list_start(&cond->first);
		parse_range_clause(p, cond, &parts);
	} else if (!at(p, T_LBRACE) && !at_semi(p)) {
		cond = parse_simple(p, RANGE_OK);
	}
	bool ranges = cond && cond->kind == N_RANGE;
	if (!ranges && at_semi(p)) {
		init = cond;
		cond = NULL;
		parse_for_clause(p, &cond, &post);
	}
	p->control = control;
	if (ranges)
		return finish_range(p, cond, from);

	Node *n = node_new(p, N_FOR, from), *block = parse_block(p);
	List parts = list_start(&n->first);
	expect_semi(p);
	list_add_or_none(p, &parts, init);
	list_add_or_none(p, &parts, as_expr(p, cond, "boolean or range expression"));
	list_add_or_none(p, &parts, post);
	list_add(&parts, block);
	return node_done(n, block->at.to);
}

// ---- all statements

// Statement = Declaration | LabeledStmt | SimpleStmt | GoStmt | ReturnStmt | BreakStmt |
//             ContinueStmt | GotoStmt | FallthroughStmt | Block | IfStmt | SwitchStmt |
//             SelectStmt | ForStmt | DeferStmt .
static Node *(*const by_first_token[TOKEN_KINDS])(Parser *) = {
	[T_CONST] = parse_decl_stmt,
	[T_TYPE] = parse_decl_stmt,
	[T_VAR] = parse_decl_stmt,

	[T_IDENT] = parse_simple_stmt,
	[T_INT] = parse_simple_stmt,
	[T_FLOAT] = parse_simple_stmt,
	[T_IMAG] = parse_simple_stmt,
	[T_CHAR] = parse_simple_stmt,
	[T_STRING] = parse_simple_stmt,
	[T_FUNC] = parse_simple_stmt,
	[T_LPAREN] = parse_simple_stmt,
	[T_LBRACK] = parse_simple_stmt,
	[T_STRUCT] = parse_simple_stmt,
	[T_MAP] = parse_simple_stmt,
	[T_CHAN] = parse_simple_stmt,
	[T_INTERFACE] = parse_simple_stmt,
	[T_ADD] = parse_simple_stmt,
	[T_SUB] = parse_simple_stmt,
	[T_MUL] = parse_simple_stmt,
	[T_AND] = parse_simple_stmt,
	[T_XOR] = parse_simple_stmt,
	[T_ARROW] = parse_simple_stmt,
	[T_NOT] = parse_simple_stmt,

	[T_GO] = parse_call_stmt,
	[T_DEFER] = parse_call_stmt,
	[T_RETURN] = parse_return,
	[T_BREAK] = parse_branch,
	[T_CONTINUE] = parse_branch,
	[T_GOTO] = parse_branch,
	[T_FALLTHROUGH] = parse_branch,
	[T_LBRACE] = parse_block_stmt,
	[T_IF] = parse_if,
	[T_SWITCH] = parse_switch,
	[T_SELECT] = parse_select,
	[T_FOR] = parse_for,
	[T_SEMI] = parse_empty,
	[T_NEWLINE] = parse_empty,
	[T_RBRACE] = parse_empty,
};

static Node *parse_stmt(Parser *p)
{
	int32_t from = p->tok.at.from, nesting = nest(p);
	Node *n;

	if (by_first_token[p->tok.kind]) {
		n = by_first_token[p->tok.kind](p);
	} else {
		error_expected(p, from, "statement");
		skip_to(p, SYNC_STMT);
		n = node_bad(p, from);
	}
	p->nesting = nesting;
	return n;
}
