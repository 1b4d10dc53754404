#include "golang/parser.h"

// ---- names

Node *ident_failed(Parser *p, Node *n)
{
	expect_failed(p, T_IDENT);
	return node_done(n, n->at.from + 1);
}

// TypeName       = identifier | QualifiedIdent .
// QualifiedIdent = PackageName "." identifier .
// From behind the first name on.
static Node *parse_type_name(Parser *p, Node *name)
{
	if (!accept(p, T_PERIOD))
		return name;

	Node *n = node_new(p, N_SELECTOR, name->at.from);
	Node *member = parse_ident(p);
	n->first = name;
	n->pos = member->at.from;
	return node_done(n, member->at.to);
}

// TypeArgs = "[" TypeList [ "," ] "]" .
// TypeList = Type { "," Type } .
static Node *parse_type_args(Parser *p, Node *type)
{
	Node *n = node_new(p, N_INDEX, type->at.from);
	List args = list_start(&n->first);

	n->pos = expect(p, T_LBRACK);
	list_add(&args, type);
	p->control++;
	while (!at(p, T_RBRACK) && !at(p, T_EOF)) {
		list_add(&args, parse_type(p));
		if (!at_comma(p, "type argument list", T_RBRACK))
			break;
		advance(p);
	}
	p->control--;

	int32_t closing = expect_closing(p, T_RBRACK, "type argument list");
	if (args.n == 1)
		error_expected(p, closing, "type argument list");
	return node_done(n, closing + 1);
}

static Node *parse_qualified(Parser *p, Node *name)
{
	Node *n = parse_type_name(p, name);

	return at(p, T_LBRACK) ? parse_type_args(p, n) : n;
}

// ---- arrays and structs

// ArrayType   = "[" ArrayLength "]" ElementType .
// SliceType   = "[" "]" ElementType .
// ArrayLength = Expression .
// The bracket is read already, and the length, too, unless it is NULL.
Node *parse_array_type(Parser *p, int32_t from, Node *length)
{
	Node *n = node_new(p, N_ARRAY_TYPE, from);
	List parts = list_start(&n->first);

	if (!length) {
		p->control++;
		if (at(p, T_ELLIPSIS)) { // [...]T
			length = node_done(node_new(p, N_ELLIPSIS, p->tok.at.from), p->tok.at.to);
			advance(p);
		} else if (!at(p, T_RBRACK)) {
			length = parse_rhs(p);
		}
		p->control--;
	}
	if (length)
		list_add(&parts, length);
	if (at(p, T_COMMA)) {
		error_at(p, p->tok.at.from, "unexpected comma; expecting ]");
		advance(p);
	}
	expect(p, T_RBRACK);

	Node *elem = parse_type(p);
	list_add(&parts, elem);
	return node_done(n, elem->at.to);
}

// After a name, "[" may begin the type of what it names, as in "a [n]T", or end
// the name of a type, as in "T[A, B]". Returns N_ARRAY_TYPE or N_INDEX.
static Node *parse_array_or_args(Parser *p, Node *name)
{
	Node *n = node_new(p, N_INDEX, name->at.from), *args = NULL;
	List list = list_start(&args);
	int32_t comma = -1;

	n->pos = expect(p, T_LBRACK);
	if (!at(p, T_RBRACK)) {
		p->control++;
		list_add(&list, parse_rhs(p));
		while (at(p, T_COMMA)) {
			comma = p->tok.at.from;
			advance(p);
			if (at(p, T_RBRACK))
				break;
			comma = -1;
			list_add(&list, parse_rhs(p));
		}
		p->control--;
	}

	int32_t closing = expect(p, T_RBRACK);
	Node *elem = list.n == 0 ? parse_type(p) : list.n == 1 ? try_type(p) : NULL;
	if (elem) {
		if (comma >= 0)
			error_at(p, comma, "unexpected comma; expecting ]");
		n->kind = N_ARRAY_TYPE;
		n->at.from = n->pos;
		list_add(&list, elem);
		n->first = args;
		return node_done(n, elem->at.to);
	}
	n->first = name;
	name->next = args;
	return node_done(n, closing + 1);
}

// EmbeddedField = [ "*" ] TypeName [ TypeArgs ] . Parentheses are an error.
static Node *parse_embedded_field(Parser *p)
{
	Node *star = NULL;
	bool paren = false;

	for (;; advance(p)) {
		if (at(p, T_MUL) && !star) {
			star = node_new(p, N_STAR, p->tok.at.from);
		} else if (at(p, T_LPAREN) && !paren) {
			error_at(p, p->tok.at.from, "cannot parenthesize embedded type");
			paren = true;
		} else {
			break;
		}
	}

	Node *type = parse_qualified(p, parse_ident(p));
	if (paren)
		accept(p, T_RPAREN);
	if (!star)
		return type;
	star->first = type;
	return node_done(star, type->at.to);
}

// FieldDecl = ( IdentifierList Type | EmbeddedField ) [ Tag ] , from its first name on.
static Node *parse_named_field(Parser *p, Node *field, List *parts)
{
	Node *name = parse_ident(p);

	if (at(p, T_PERIOD))
		return parse_qualified(p, name);
	if (at(p, T_STRING) || at_semi(p) || at(p, T_RBRACE))
		return name;
	if (at(p, T_LBRACK)) {
		Node *type = parse_array_or_args(p, name);
		if (type->kind == N_ARRAY_TYPE) {
			list_add(parts, name);
			field->n = 1;
		}
		return type;
	}

	list_add(parts, name);
	for (field->n = 1; accept(p, T_COMMA); field->n++)
		list_add(parts, parse_ident(p));
	return parse_type(p);
}

static Node *parse_field(Parser *p)
{
	Node *field = node_new(p, N_FIELD, p->tok.at.from), *type;
	List parts = list_start(&field->first);

	list_add_doc(p, &parts, p->lead);
	type = at(p, T_IDENT) ? parse_named_field(p, field, &parts) : parse_embedded_field(p);
	list_add(&parts, type);
	field->at.to = type->at.to;
	if (at(p, T_STRING)) {
		Node *tag = node_new(p, N_LITERAL, p->tok.at.from);
		tag->op = T_STRING;
		list_add(&parts, tag);
		field->at.to = tag->at.to = p->tok.at.to;
		advance(p);
	}
	expect_semi(p);
	return field;
}

// StructType = "struct" "{" { FieldDecl ";" } "}" .
static Node *parse_struct_type(Parser *p)
{
	Node *n = node_new(p, N_STRUCT_TYPE, expect(p, T_STRUCT));
	List fields = list_start(&n->first);

	expect(p, T_LBRACE);
	while (at(p, T_IDENT) || at(p, T_MUL) || at(p, T_LPAREN))
		list_add(&fields, parse_field(p));
	return node_done(n, expect(p, T_RBRACE) + 1);
}

// ---- constraints

// TypeTerm = Type | "~" Type .
static Node *parse_type_term(Parser *p)
{
	int32_t from = p->tok.at.from;

	if (accept(p, T_TILDE)) {
		Node *n = node_new(p, N_UNARY, from);
		n->op = T_TILDE;
		n->first = parse_type(p);
		return node_done(n, n->first->at.to);
	}

	Node *type = try_type(p);
	if (type)
		return type;
	error_expected(p, from, "~ term or type");
	skip_to(p, SYNC_EXPR_END);
	return node_bad(p, from);
}

// TypeElem = TypeTerm { "|" TypeTerm } . The first term may be read already.
static Node *parse_type_elem(Parser *p, Node *x)
{
	if (!x)
		x = parse_type_term(p);
	while (at(p, T_OR)) {
		Node *n = node_new(p, N_BINARY, x->at.from);
		n->op = T_OR;
		n->pos = p->tok.at.from;
		advance(p);
		n->first = x;
		x->next = parse_type_term(p);
		x = node_done(n, x->next->at.to);
	}
	return x;
}

// ---- parameters

// An entry of a parameter list, as far as it can be told before all of the list is
// read: "a" may be a name or a type. Either may be NULL.
typedef struct {
	Node *name, *type;
} Entry;

static Node *parse_dots_type(Parser *p)
{
	Node *n = node_new(p, N_ELLIPSIS, expect(p, T_ELLIPSIS));

	n->first = parse_type(p);
	return node_done(n, n->first->at.to);
}

// parse_after_name reads what follows a name, which may turn out to be a type.
static Entry parse_after_name(Parser *p, Node *name, bool constraint)
{
	switch (p->tok.kind) {
	case T_IDENT:
	case T_MUL:
	case T_ARROW:
	case T_FUNC:
	case T_CHAN:
	case T_MAP:
	case T_STRUCT:
	case T_INTERFACE:
	case T_LPAREN: return (Entry){name, parse_type(p)};
	case T_ELLIPSIS: return (Entry){name, parse_dots_type(p)};
	case T_PERIOD: return (Entry){NULL, parse_qualified(p, name)};
	case T_LBRACK: {
		Node *type = parse_array_or_args(p, name);
		return (Entry){type->kind == N_ARRAY_TYPE ? name : NULL, type};
	}
	case T_TILDE: return (Entry){name, constraint ? parse_type_elem(p, NULL) : NULL};
	case T_OR:
		if (constraint)
			return (Entry){NULL, parse_type_elem(p, name)};
		return (Entry){name, NULL};
	default: return (Entry){name, NULL};
	}
}

// ParameterDecl = [ IdentifierList ] [ "..." ] Type .
// TypeParamDecl = IdentifierList TypeConstraint .
// Of an IdentifierList, each name is an entry. The first name may be read already.
static Entry parse_entry(Parser *p, Node *name, bool constraint)
{
	Entry e = {NULL, NULL};

	if (!name && constraint && at(p, T_TILDE)) {
		e.type = parse_type_elem(p, NULL);
	} else if (name || at(p, T_IDENT)) {
		e = parse_after_name(p, name ? name : parse_ident(p), constraint);
	} else if (at(p, T_ELLIPSIS)) {
		e.type = parse_dots_type(p);
	} else {
		e.type = try_type(p);
		if (!e.type) {
			error_expected(p, p->tok.at.from, "')'");
			skip_to(p, SYNC_EXPR_END);
		}
	}
	if (constraint && e.type && e.type->kind != N_ELLIPSIS)
		e.type = parse_type_elem(p, e.type);
	return e;
}

// How many entries of a list have what.
typedef struct {
	int32_t all, typed, named; // named: both a type and a name
} Count;

static void add_entry(Parser *p, List *list, Count *count, Entry e)
{
	if (!e.name && !e.type)
		return;

	Node *field = node_new(p, N_FIELD, (e.name ? e.name : e.type)->at.from);
	List parts = list_start(&field->first);

	if (e.name)
		list_add(&parts, e.name);
	if (e.type)
		list_add(&parts, e.type);
	field->n = e.name != NULL;
	field->at.to = (e.type ? e.type : e.name)->at.to;
	list_add(list, field);

	count->all++;
	count->typed += e.type != NULL;
	count->named += e.type && e.name;
}

// parse_entries makes a field of each entry. The first may be read already.
static Count parse_entries(Parser *p, List *list, TokenKind end, Entry first)
{
	bool constraint = end == T_RBRACK;
	Count count = {0};

	while (first.name || (!at(p, end) && !at(p, T_EOF))) {
		if (first.type)
			first.type = constraint ? parse_type_elem(p, first.type) : first.type;
		else
			first = parse_entry(p, first.name, constraint);
		add_entry(p, list, &count, first);
		first = (Entry){NULL, NULL};
		if (!at_comma(p, "parameter list", end))
			break;
		advance(p);
	}
	return count;
}

// type_of returns the type of an entry, or NULL if it is only a name.
static Node *type_of(const Node *field)
{
	return field->n ? field->first->next : field->first;
}

// check_names complains about a list that names some parameters and some not, and
// about one of type parameters that names none. from is where the list begins.
static void check_names(Parser *p, const Node *list, Count count, bool tparams, int32_t from)
{
	if (count.named == 0 ? !tparams : count.named == count.all)
		return;
	if (count.named < count.typed) {
		while (count.named > 0 && (list->n || !type_of(list)))
			list = list->next;
		error_at(p, count.named > 0 ? list->at.from : from,
			tparams ? "missing type parameter name" : "missing parameter name");
		return;
	}
	while (list->next)
		list = list->next;
	if (!type_of(list))
		error_at(p, p->tok.at.from,
			tparams ? "missing type constraint" : "missing parameter type");
}

// check_dots complains about the first "..." that is not with the last parameter.
static void check_dots(Parser *p, const Node *list, bool has_names, bool allowed)
{
	bool shared = false; // by a name before this one

	if (p->go < 25)
		return;
	for (const Node *e = list; e; e = e->next) {
		const Node *type = type_of(e);
		if (type && type->kind == N_ELLIPSIS && (!allowed || e->next || shared)) {
			error_at(p, type->at.from,
				allowed ? "can only use ... with final parameter"
					: "invalid use of ...");
			return;
		}
		shared = has_names && !type;
	}
}

// join_names makes one field of "a, b int", which was read as two.
static void join_names(Node *list, List *fields)
{
	Node *open = NULL; // names that have no type yet
	List parts = {0};

	for (Node *e = list, *next; e; e = next) {
		Node *type = type_of(e);

		next = e->next;
		e->next = NULL;
		if (open) {
			*parts.tail = e->first;
			open->n += e->n;
			open->at.to = e->at.to;
		} else {
			list_add(fields, e);
			open = e;
		}
		parts.tail = &e->first->next;
		if (type)
			open = NULL;
	}
}

// ParameterList = ParameterDecl { "," ParameterDecl } .
// TypeParamList = TypeParamDecl { "," TypeParamDecl } .
static void parse_list(Parser *p, Node *owner, TokenKind end, Entry first)
{
	bool tparams = end == T_RBRACK;
	int32_t from = first.name ? first.name->at.from : p->tok.at.from;
	Node *list = NULL;
	List entries = list_start(&list);
	Count count = parse_entries(p, &entries, end, first);

	if (!list)
		return;
	check_names(p, list, count, tparams, from);
	check_dots(p, list, count.named > 0, owner->kind == N_PARAMS || owner->kind == N_RECV);
	if (count.named > 0) {
		List fields = list_start(&owner->first);
		join_names(list, &fields);
		return;
	}
	for (Node *e = list; e; e = e->next)
		e->n = 0; // what looked like names are types
	owner->first = list;
}

// TypeParameters = "[" TypeParamList [ "," ] "]" .
Node *parse_type_params(Parser *p)
{
	Node *n = node_new(p, N_TYPE_PARAMS, expect(p, T_LBRACK));

	if (!at(p, T_RBRACK))
		parse_list(p, n, T_RBRACK, (Entry){NULL, NULL});

	int32_t closing = expect(p, T_RBRACK);
	if (!n->first) {
		error_at(p, closing, "empty type parameter list");
		return NULL;
	}
	return node_done(n, closing + 1);
}

// The same behind "[", the first name, and maybe its constraint.
Node *parse_more_type_params(Parser *p, int32_t from, Node *name, Node *constraint)
{
	Node *n = node_new(p, N_TYPE_PARAMS, from);

	parse_list(p, n, T_RBRACK, (Entry){name, constraint});
	return node_done(n, expect(p, T_RBRACK) + 1);
}

// Parameters = "(" [ ParameterList [ "," ] ] ")" .
Node *parse_params(Parser *p, NodeKind kind)
{
	Node *n = node_new(p, kind, expect(p, T_LPAREN));

	if (!at(p, T_RPAREN))
		parse_list(p, n, T_RPAREN, (Entry){NULL, NULL});
	return node_done(n, expect(p, T_RPAREN) + 1);
}

// Result = Parameters | Type .
static Node *parse_result(Parser *p)
{
	if (at(p, T_LPAREN))
		return parse_params(p, N_RESULTS);

	Node *type = try_type(p);
	if (!type)
		return NULL;
	Node *n = node_new(p, N_RESULTS, type->at.from);
	n->first = node_new(p, N_FIELD, type->at.from);
	n->first->first = type;
	node_done(n->first, type->at.to);
	return node_done(n, type->at.to);
}

// Signature = Parameters [ Result ] .
void parse_signature(Parser *p, Node *func, List *parts)
{
	Node *params = parse_params(p, N_PARAMS);
	Node *result = parse_result(p);

	list_add(parts, params);
	if (result)
		list_add(parts, result);
	func->at.to = (result ? result : params)->at.to;
}

// FunctionType = "func" Signature .
Node *parse_func_type(Parser *p)
{
	Node *n = node_new(p, N_FUNC_TYPE, expect(p, T_FUNC));
	List parts = list_start(&n->first);

	if (at(p, T_LBRACK)) {
		Node *tparams = parse_type_params(p);
		if (tparams)
			error_at(p, tparams->at.from, "function type must have no type parameters");
	}
	parse_signature(p, n, &parts);
	return n;
}

// ---- interfaces

static Node *parse_method_signature(Parser *p)
{
	Node *n = node_new(p, N_FUNC_TYPE, p->tok.at.from);
	List parts = list_start(&n->first);

	parse_signature(p, n, &parts);
	return n;
}

// Behind "name [", in an interface: T[A, B]; or type parameters, which a method
// there cannot have. Then the result is an N_FUNC_TYPE.
static Node *parse_interface_args(Parser *p, Node *name)
{
	Node *n = node_new(p, N_INDEX, name->at.from);
	List parts = list_start(&n->first);

	n->pos = expect(p, T_LBRACK);
	p->control++;
	Node *x = parse_expr(p);
	p->control--;
	if (x->kind == N_IDENT && !at(p, T_COMMA) && !at(p, T_RBRACK)) {
		parse_more_type_params(p, n->pos, x, NULL);
		error_at(p, n->pos, "interface method must have no type parameters");
		return parse_method_signature(p);
	}

	list_add(&parts, name);
	list_add(&parts, x);
	if (at_comma(p, "type argument list", T_RBRACK)) {
		p->control++;
		advance(p);
		while (!at(p, T_RBRACK) && !at(p, T_EOF)) {
			list_add(&parts, parse_type(p));
			if (!at_comma(p, "type argument list", T_RBRACK))
				break;
			advance(p);
		}
		p->control--;
	}
	return node_done(n, expect_closing(p, T_RBRACK, "type argument list") + 1);
}

// MethodElem = MethodName Signature .
// Or a TypeElem that begins with a name.
static Node *parse_named_elem(Parser *p, Node *field, List *parts)
{
	Node *name = parse_type_name(p, parse_ident(p)), *type = name;

	if (name->kind == N_IDENT && at(p, T_LPAREN))
		type = parse_method_signature(p);
	else if (name->kind == N_IDENT && at(p, T_LBRACK))
		type = parse_interface_args(p, name);
	else if (at(p, T_LBRACK))
		type = parse_type_args(p, name);

	if (type->kind != N_FUNC_TYPE)
		return parse_type_elem(p, type);
	list_add(parts, name);
	field->n = 1;
	return type;
}

// InterfaceType = "interface" "{" { InterfaceElem ";" } "}" .
// InterfaceElem = MethodElem | TypeElem .
static Node *parse_interface_type(Parser *p)
{
	Node *n = node_new(p, N_INTERFACE_TYPE, expect(p, T_INTERFACE));
	List elems = list_start(&n->first);

	expect(p, T_LBRACE);
	for (;;) {
		Node *field = node_new(p, N_FIELD, p->tok.at.from), *type;
		List parts = list_start(&field->first);

		list_add_doc(p, &parts, p->lead);
		if (at(p, T_IDENT)) {
			type = parse_named_elem(p, field, &parts);
		} else if (at(p, T_TILDE)) {
			type = parse_type_elem(p, NULL);
		} else {
			type = try_type(p);
			if (!type)
				break;
			type = parse_type_elem(p, type);
		}
		list_add(&parts, type);
		list_add(&elems, node_done(field, type->at.to));
		expect_semi(p);
	}
	return node_done(n, expect(p, T_RBRACE) + 1);
}

// ---- all types

// PointerType = "*" BaseType .
static Node *parse_pointer_type(Parser *p)
{
	Node *n = node_new(p, N_STAR, expect(p, T_MUL));

	n->first = parse_type(p);
	return node_done(n, n->first->at.to);
}

// MapType = "map" "[" KeyType "]" ElementType .
static Node *parse_map_type(Parser *p)
{
	Node *n = node_new(p, N_MAP_TYPE, expect(p, T_MAP));

	expect(p, T_LBRACK);
	n->first = parse_type(p);
	expect(p, T_RBRACK);
	n->first->next = parse_type(p);
	return node_done(n, n->first->next->at.to);
}

// ChannelType = ( "chan" | "chan" "<-" | "<-" "chan" ) ElementType .
static Node *parse_chan_type(Parser *p)
{
	Node *n = node_new(p, N_CHAN_TYPE, p->tok.at.from);

	if (accept(p, T_CHAN)) {
		n->pos = p->tok.at.from;
		if (accept(p, T_ARROW))
			n->flags = NODE_SEND;
	} else {
		n->pos = expect(p, T_ARROW);
		expect(p, T_CHAN);
		n->flags = NODE_RECV;
	}
	n->first = parse_type(p);
	return node_done(n, n->first->at.to);
}

static Node *parse_paren_type(Parser *p)
{
	Node *n = node_new(p, N_PAREN, expect(p, T_LPAREN));

	n->first = parse_type(p);
	return node_done(n, expect(p, T_RPAREN) + 1);
}

// Type    = TypeName [ TypeArgs ] | TypeLit | "(" Type ")" .
// TypeLit = ArrayType | StructType | PointerType | FunctionType | InterfaceType |
//           SliceType | MapType | ChannelType .
static Node *read_type(Parser *p)
{
	switch (p->tok.kind) {
	case T_IDENT: return parse_qualified(p, parse_ident(p));
	case T_LBRACK: return parse_array_type(p, expect(p, T_LBRACK), NULL);
	case T_STRUCT: return parse_struct_type(p);
	case T_MUL: return parse_pointer_type(p);
	case T_FUNC: return parse_func_type(p);
	case T_INTERFACE: return parse_interface_type(p);
	case T_MAP: return parse_map_type(p);
	case T_CHAN:
	case T_ARROW: return parse_chan_type(p);
	case T_LPAREN: return parse_paren_type(p);
	default: return NULL;
	}
}

Node *try_type(Parser *p)
{
	int32_t nesting = nest(p);
	Node *type = read_type(p);
	p->nesting = nesting;
	return type;
}

Node *parse_type(Parser *p)
{
	int32_t from = p->tok.at.from;
	Node *type = try_type(p);

	if (type)
		return type;
	error_expected(p, from, "type");
	skip_to(p, SYNC_EXPR_END);
	return node_bad(p, from);
}
