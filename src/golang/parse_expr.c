#include "golang/parser.h"

// ---- operands

// FunctionLit = "func" Signature FunctionBody .
// Without a body it is a type.
static Node *parse_func(Parser *p)
{
	Node *type = parse_func_type(p);

	if (!at(p, T_LBRACE))
		return type;
	p->control++;
	Node *n = node_new(p, N_FUNC_LIT, type->at.from);
	n->first = type;
	type->next = parse_block(p);
	p->control--;
	return node_done(n, type->next->at.to);
}

static Node *parse_literal(Parser *p)
{
	Node *n = node_new(p, N_LITERAL, p->tok.at.from);

	n->op = (uint8_t)p->tok.kind;
	n->at.to = p->tok.at.to;
	advance(p);
	return n;
}

static Node *parse_paren(Parser *p)
{
	Node *n = node_new(p, N_PAREN, expect(p, T_LPAREN));

	p->control++;
	n->first = parse_rhs(p);
	p->control--;
	return node_done(n, expect(p, T_RPAREN) + 1);
}

// Operand  = Literal | OperandName | "(" Expression ")" .
// Literal  = BasicLit | CompositeLit | FunctionLit .
// A type is an operand, too: of a conversion, or of a composite literal.
static Node *parse_operand(Parser *p)
{
	int32_t from = p->tok.at.from;

	switch (p->tok.kind) {
	case T_IDENT: return parse_ident(p);
	case T_INT:
	case T_FLOAT:
	case T_IMAG:
	case T_CHAR:
	case T_STRING: return parse_literal(p);
	case T_LPAREN: return parse_paren(p);
	case T_FUNC: return parse_func(p);
	default: break;
	}

	Node *type = try_type(p);
	if (type)
		return type;
	error_expected(p, from, "operand");
	skip_to(p, SYNC_STMT);
	return node_bad(p, from);
}

// ---- what follows an operand

// TypeAssertion = "." "(" Type ")" , and x.(type) in a type switch.
static Node *parse_type_assertion(Parser *p, Node *x)
{
	Node *n = node_new(p, N_TYPE_ASSERT, x->at.from);

	n->first = x;
	expect(p, T_LPAREN);
	if (!accept(p, T_TYPE))
		x->next = parse_type(p);
	return node_done(n, expect(p, T_RPAREN) + 1);
}

// Selector = "." identifier .
static Node *parse_selector(Parser *p, Node *x)
{
	advance(p);
	if (at(p, T_LPAREN))
		return parse_type_assertion(p, x);

	Node *n = node_new(p, N_SELECTOR, x->at.from);
	n->first = x;
	n->pos = p->tok.at.from;
	n->at.to = p->tok.at.to;
	if (at(p, T_IDENT)) {
		advance(p);
		return n;
	}
	error_expected(p, n->pos, "selector or type assertion");
	if (!at(p, T_RBRACE))
		advance(p);
	return node_done(n, n->pos + 1);
}

// Slice = "[" [ Expression ] ":" [ Expression ] "]" |
//         "[" [ Expression ] ":" Expression ":" Expression "]" .
// From the first colon on; low may be NULL.
static Node *parse_slice(Parser *p, Node *n, Node *x, Node *low)
{
	List parts = list_start(&n->first);
	Node *index[3] = {low};
	int32_t colon[2] = {-1, -1};
	int colons = 0;

	while (at(p, T_COLON) && colons < 2) {
		colon[colons++] = p->tok.at.from;
		advance(p);
		if (!at(p, T_COLON) && !at(p, T_RBRACK) && !at(p, T_EOF))
			index[colons] = parse_rhs(p);
	}
	p->control--;

	int32_t closing = expect(p, T_RBRACK);
	if (colons == 2 && !index[1])
		error_at(p, colon[0], "middle index required in 3-index slice");
	if (colons == 2 && !index[2])
		error_at(p, colon[1], "final index required in 3-index slice");

	n->kind = N_SLICE;
	list_add(&parts, x);
	for (int i = 0; i < 3; i++)
		list_add_or_none(p, &parts, index[i]);
	return node_done(n, closing + 1);
}

// Index    = "[" Expression [ "," ] "]" .
// TypeArgs = "[" TypeList [ "," ] "]" .
static Node *parse_index(Parser *p, Node *x)
{
	Node *n = node_new(p, N_INDEX, x->at.from), *index = NULL;
	List parts = list_start(&n->first);

	n->pos = expect(p, T_LBRACK);
	if (at(p, T_RBRACK)) {
		error_expected(p, p->tok.at.from, "operand");
		list_add(&parts, x);
		list_add(&parts, node_bad(p, p->tok.at.from));
		node_done(n, p->tok.at.from + 1);
		advance(p);
		return n;
	}

	p->control++;
	if (!at(p, T_COLON))
		index = parse_rhs(p);
	if (at(p, T_COLON))
		return parse_slice(p, n, x, index);

	list_add(&parts, x);
	list_add(&parts, index);
	while (accept(p, T_COMMA)) {
		if (!at(p, T_RBRACK) && !at(p, T_EOF))
			list_add(&parts, parse_type(p));
	}
	p->control--;
	return node_done(n, expect(p, T_RBRACK) + 1);
}

// Arguments = "(" [ ( ExpressionList | Type [ "," ExpressionList ] ) [ "..." ] [ "," ] ] ")" .
static Node *parse_call(Parser *p, Node *fun)
{
	Node *n = node_new(p, N_CALL, fun->at.from);
	List parts = list_start(&n->first);

	list_add(&parts, fun);
	n->pos = expect(p, T_LPAREN);
	p->control++;
	while (!at(p, T_RPAREN) && !at(p, T_EOF) && !(n->flags & NODE_DOTS)) {
		list_add(&parts, parse_rhs(p));
		if (accept(p, T_ELLIPSIS))
			n->flags |= NODE_DOTS;
		if (!at_comma(p, "argument list", T_RPAREN))
			break;
		advance(p);
	}
	p->control--;
	return node_done(n, expect_closing(p, T_RPAREN, "argument list") + 1);
}

// ---- composite literals

static Node *parse_literal_value(Parser *p, Node *type);

// Element = Expression | LiteralValue .
static Node *parse_element(Parser *p)
{
	return at(p, T_LBRACE) ? parse_literal_value(p, NULL) : parse_expr(p);
}

// KeyedElement = [ Key ":" ] Element .
static Node *parse_keyed_element(Parser *p)
{
	Node *x = parse_element(p);

	if (!accept(p, T_COLON))
		return x;
	Node *n = node_new(p, N_KEY_VALUE, x->at.from);
	n->first = x;
	x->next = parse_element(p);
	return node_done(n, x->next->at.to);
}

// CompositeLit = LiteralType LiteralValue .
// LiteralValue = "{" [ ElementList [ "," ] ] "}" .
// ElementList  = KeyedElement { "," KeyedElement } .
static Node *parse_literal_value(Parser *p, Node *type)
{
	Node *n = node_new(p, N_COMPOSITE, type ? type->at.from : p->tok.at.from);
	List parts = list_start(&n->first);
	int32_t nesting = nest(p);

	if (type) {
		list_add(&parts, type);
		n->flags = NODE_TYPED;
	}
	n->pos = expect(p, T_LBRACE);
	p->control++;
	while (!at(p, T_RBRACE) && !at(p, T_EOF)) {
		list_add(&parts, parse_keyed_element(p));
		if (!at_comma(p, "composite literal", T_RBRACE))
			break;
		advance(p);
	}
	p->control--;
	node_done(n, expect_closing(p, T_RBRACE, "composite literal") + 1);
	p->nesting = nesting;
	return n;
}

// begins_literal tells whether "{" after x is a literal's: not in the head of a
// statement, unless x can be nothing but a type.
static bool begins_literal(Parser *p, Node *x)
{
	Node *type = unparen(x);

	switch (type->kind) {
	case N_BAD:
	case N_IDENT:
	case N_SELECTOR:
	case N_INDEX:
		if (p->control < 0)
			return false;
		break;
	case N_ARRAY_TYPE:
	case N_STRUCT_TYPE:
	case N_MAP_TYPE: break;
	default: return false;
	}
	if (type != x)
		error_at(p, type->at.from, "cannot parenthesize type in composite literal");
	return true;
}

// PrimaryExpr = Operand | Conversion | PrimaryExpr
//               ( Selector | Index | Slice | TypeAssertion | Arguments | LiteralValue ) .
// From behind the operand on.
Node *parse_suffixes(Parser *p, Node *x)
{
	int32_t nesting = p->nesting, depth = nesting;

	for (bool more = true; more;) {
		nest_to(p, ++depth);
		switch (p->tok.kind) {
		case T_PERIOD: x = parse_selector(p, x); break;
		case T_LBRACK: x = parse_index(p, x); break;
		case T_LPAREN: x = parse_call(p, x); break;
		case T_LBRACE:
			more = begins_literal(p, x);
			if (more)
				x = parse_literal_value(p, x);
			break;
		default: more = false; break;
		}
	}
	p->nesting = nesting;
	return x;
}

// after_operand is parse_suffixes, for the many operands that have none.
static inline Node *after_operand(Parser *p, Node *x)
{
	static const bool begins_suffix[TOKEN_KINDS] = {
		[T_PERIOD] = true,
		[T_LBRACK] = true,
		[T_LPAREN] = true,
		[T_LBRACE] = true,
	};

	if (!begins_suffix[p->tok.kind] && p->nesting < p->max_nesting)
		return x;
	return parse_suffixes(p, x);
}

// ---- operators

// receive_type turns <-(chan T), as it was read, into (<-chan) T. The arrows of
// "<-chan<- chan T" move, too.
static Node *receive_type(Parser *p, Node *type, int32_t arrow)
{
	Node *n = type;
	bool send = true;

	while (n->kind == N_CHAN_TYPE && send) {
		int32_t own = n->pos;

		if (n->flags & NODE_RECV)
			error_expected(p, own, "'chan'");
		send = n->flags & NODE_SEND;
		n->at.from = n->pos = arrow;
		n->flags = NODE_RECV;
		arrow = own;
		n = n->first;
	}
	if (send)
		error_expected(p, arrow, "channel type");
	return type;
}

static Node *parse_unary_operation(Parser *p)
{
	TokenKind op = p->tok.kind;
	int32_t from = p->tok.at.from;

	advance(p);
	Node *x = parse_unary(p);
	if (op == T_ARROW && x->kind == N_CHAN_TYPE)
		return receive_type(p, x, from);

	Node *n = node_new(p, op == T_MUL ? N_STAR : N_UNARY, from);
	n->op = (uint8_t)op;
	n->first = x;
	return node_done(n, x->at.to);
}

// UnaryExpr = PrimaryExpr | unary_op UnaryExpr .
// unary_op  = "+" | "-" | "!" | "^" | "*" | "&" | "<-" , and "~" of constraints.
Node *parse_unary(Parser *p)
{
	int32_t nesting = nest(p);
	Node *x;

	switch (p->tok.kind) {
	case T_ADD:
	case T_SUB:
	case T_NOT:
	case T_XOR:
	case T_AND:
	case T_TILDE:
	case T_ARROW:
	case T_MUL: x = parse_unary_operation(p); break;
	case T_IDENT: x = after_operand(p, parse_ident(p)); break; // mostly
	default: x = after_operand(p, parse_operand(p)); break;
	}
	p->nesting = nesting;
	return x;
}

// after_unary is parse_binary, for the many operands that no operator follows.
static inline Node *after_unary(Parser *p, Node *x, int least)
{
	if (token_precedence(p->tok.kind) < least && !at(p, T_ASSIGN))
		return x;
	return parse_binary(p, x, least);
}

// BinaryExpr = UnaryExpr { binary_op BinaryExpr } , with operators that bind no less
// than least. The first operand is read already.
Node *parse_binary(Parser *p, Node *x, int least)
{
	int32_t nesting = p->nesting, depth = nesting + 1; // which parse_unary has tried

	for (;;) {
		TokenKind op = at(p, T_ASSIGN) && p->in_rhs ? T_EQL : p->tok.kind;
		int precedence = token_precedence(op);

		if (precedence < least)
			break;
		p->nesting = depth;
		Node *n = node_new(p, N_BINARY, x->at.from);
		n->op = (uint8_t)op;
		n->pos = expect(p, op);
		n->first = x;
		x->next = after_unary(p, parse_unary(p), precedence + 1);
		x = node_done(n, x->next->at.to);
		nest_to(p, ++depth);
	}
	p->nesting = nesting;
	return x;
}

// Expression = BinaryExpr .
Node *parse_expr(Parser *p)
{
	return after_unary(p, parse_unary(p), 1);
}

Node *parse_rhs(Parser *p)
{
	bool old = p->in_rhs;

	p->in_rhs = true;
	Node *x = parse_expr(p);
	p->in_rhs = old;
	return x;
}

// ExpressionList = Expression { "," Expression } .
void parse_expr_list(Parser *p, List *list, bool in_rhs)
{
	bool old = p->in_rhs;

	p->in_rhs = in_rhs;
	do
		list_add(list, parse_expr(p));
	while (accept(p, T_COMMA));
	p->in_rhs = old;
}
