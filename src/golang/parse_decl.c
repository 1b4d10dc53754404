#include "golang/parser.h"
#include "text/quote.h"

// ---- imports

static void note_import(Parser *p, const Node *spec, const Node *name, const Node *path)
{
	Import *imp = arena_new(p->arena, Import);
	Str text = p->faults.src->text;

	imp->at = spec->at;
	if (name)
		imp->name = str_slice(text, name->at.from, name->at.to);
	imp->path = string_value(p->arena, str_slice(text, path->at.from, path->at.to));
	*p->import_tail = imp;
	p->import_tail = &imp->next;
}

// ImportSpec = [ "." | PackageName ] ImportPath .
static Node *parse_import_spec(Parser *p, Span doc)
{
	Node *n = node_new(p, N_IMPORT_SPEC, p->tok.at.from), *name = NULL;
	List parts = list_start(&n->first);

	list_add_doc(p, &parts, doc);
	if (at(p, T_IDENT) || at(p, T_PERIOD)) {
		name = node_new(p, N_IDENT, p->tok.at.from);
		name->at.to = p->tok.at.to;
		list_add(&parts, name);
		advance(p);
	}

	Node *path = node_new(p, N_LITERAL, p->tok.at.from);
	path->op = T_STRING;
	list_add(&parts, node_done(path, p->tok.at.from));
	if (at(p, T_STRING)) {
		path->at.to = p->tok.at.to;
		advance(p);
	} else if (token_is_literal(p->tok.kind)) {
		error_at(p, path->at.from, "import path must be a string");
		advance(p);
	} else {
		error_at(p, path->at.from, "missing import path");
		skip_to(p, SYNC_EXPR_END);
	}
	expect_semi(p);
	node_done(n, path->at.to);
	if (path->at.from < path->at.to)
		note_import(p, n, name, path);
	return n;
}

// ---- constants and variables

// ConstSpec = IdentifierList [ [ Type ] "=" ExpressionList ] .
// VarSpec   = IdentifierList ( Type [ "=" ExpressionList ] | "=" ExpressionList ) .
static Node *parse_value_spec(Parser *p, Span doc, TokenKind keyword)
{
	Node *n = node_new(p, N_VALUE_SPEC, p->tok.at.from), *type = NULL;
	List parts = list_start(&n->first);

	n->op = (uint8_t)keyword;
	list_add_doc(p, &parts, doc);
	do {
		Node *name = parse_ident(p);
		list_add(&parts, name);
		node_done(n, name->at.to);
		n->n++;
	} while (accept(p, T_COMMA));

	if (keyword == T_CONST)
		type = at(p, T_EOF) || at_semi(p) || at(p, T_RPAREN) ? NULL : try_type(p);
	else if (!at(p, T_ASSIGN))
		type = parse_type(p);
	if (type) {
		list_add(&parts, type);
		n->flags = NODE_TYPED;
		node_done(n, type->at.to);
	}
	if (accept(p, T_ASSIGN)) {
		Node **values = parts.tail;
		parse_expr_list(p, &parts, true);
		for (const Node *x = *values; x; x = x->next)
			node_done(n, x->at.to);
	}
	expect_semi(p);
	return n;
}

// ---- types

// is_type_elem tells what can only be a type, or a part of a constraint, not a value.
static bool is_type_elem(const Node *x)
{
	for (;;) {
		switch (x->kind) {
		case N_ARRAY_TYPE:
		case N_STRUCT_TYPE:
		case N_FUNC_TYPE:
		case N_INTERFACE_TYPE:
		case N_MAP_TYPE:
		case N_CHAN_TYPE: return true;
		case N_UNARY: return x->op == T_TILDE;
		case N_PAREN: x = x->first; break;
		case N_BINARY:
			if (is_type_elem(x->first->next))
				return true;
			x = x->first; // the long side: many operators in a row lean to the left
			break;
		default: return false;
		}
	}
}

// split_name takes the name off "P *E" or "P (E)", which were read as a product and
// a call, and returns what is left: "*E", "(E)". Only if what is left can be no
// value, or force is set; else NULL.
static Node *split_name(Parser *p, Node *x, bool force, Node **name)
{
	Node *left = x->first, *rest = NULL;

	if (x->kind == N_BINARY && x->op == T_MUL && left->kind == N_IDENT &&
		(force || is_type_elem(left->next))) {
		rest = node_new(p, N_STAR, x->pos);
		node_done(rest, x->at.to);
	} else if (x->kind == N_CALL && left->kind == N_IDENT && node_count(left) == 2 &&
		   !(x->flags & NODE_DOTS) && (force || is_type_elem(left->next))) {
		rest = node_new(p, N_PAREN, x->pos);
		node_done(rest, x->at.to);
	} else {
		return NULL;
	}
	rest->first = left->next;
	left->next = NULL;
	*name = left;
	return rest;
}

// split_type_param finds out whether "P *E | F", which was read as an expression, is
// a type parameter and its constraint, and returns the constraint. An x that is but
// a name has none.
static Node *split_type_param(Parser *p, Node *x, bool force, Node **name)
{
	Node *leftmost = x, *above = NULL;

	while (leftmost->kind == N_BINARY && leftmost->op == T_OR) {
		force = force || is_type_elem(leftmost->first->next);
		above = leftmost;
		leftmost = leftmost->first;
	}

	Node *rest = split_name(p, leftmost, force, name);
	if (!rest || !above)
		return rest;
	rest->next = leftmost->next;
	above->first = rest;
	for (Node *n = x; n != rest; n = n->first)
		n->at.from = rest->at.from;
	return x;
}

// Behind "[" and a name: TypeParameters, or an ArrayLength. P [n]T and P[T any] look
// alike for a while, so what comes is read as an expression, and looked at then.
static Node *parse_length_or_type_params(Parser *p, int32_t bracket, Node **tparams)
{
	Node *x = parse_ident(p), *name = x, *constraint = NULL;

	if (!at(p, T_LBRACK)) {
		p->control++;
		x = parse_binary(p, parse_suffixes(p, x), 1);
		p->control--;
	}
	if (x->kind == N_IDENT) {
		name = at(p, T_RBRACK) ? NULL : x;
	} else {
		name = NULL;
		constraint = split_type_param(p, x, at(p, T_COMMA), &name);
	}
	if (!name)
		return parse_array_type(p, bracket, x);
	*tparams = parse_more_type_params(p, bracket, name, constraint);
	return NULL;
}

// TypeDef   = identifier [ TypeParameters ] Type .
// AliasDecl = identifier [ TypeParameters ] "=" Type .
static Node *parse_type_spec(Parser *p, Span doc)
{
	Node *n = node_new(p, N_TYPE_SPEC, p->tok.at.from), *tparams = NULL, *type = NULL;
	List parts = list_start(&n->first);

	list_add_doc(p, &parts, doc);
	list_add(&parts, parse_ident(p));
	if (at(p, T_LBRACK)) {
		int32_t bracket = expect(p, T_LBRACK);
		if (at(p, T_IDENT))
			type = parse_length_or_type_params(p, bracket, &tparams);
		else
			type = parse_array_type(p, bracket, NULL);
	}
	if (tparams)
		list_add(&parts, tparams);
	if (!type) {
		if (accept(p, T_ASSIGN))
			n->flags = NODE_ALIAS;
		type = parse_type(p);
	}
	list_add(&parts, type);
	expect_semi(p);
	return node_done(n, type->at.to);
}

// ---- declarations

static Node *parse_spec(Parser *p, TokenKind keyword, Span doc)
{
	switch (keyword) {
	case T_IMPORT: return parse_import_spec(p, doc);
	case T_TYPE: return parse_type_spec(p, doc);
	default: return parse_value_spec(p, doc, keyword);
	}
}

// ImportDecl = "import" ( ImportSpec | "(" { ImportSpec ";" } ")" ) .
// ConstDecl, VarDecl and TypeDecl are alike.
static Node *parse_gen_decl(Parser *p)
{
	TokenKind keyword = p->tok.kind;
	Node *n = node_new(p, N_GEN_DECL, p->tok.at.from);
	List parts = list_start(&n->first);

	n->op = (uint8_t)keyword;
	list_add_doc(p, &parts, p->lead);
	advance(p);
	if (!accept(p, T_LPAREN)) {
		Node *spec = parse_spec(p, keyword, (Span){0, 0});
		list_add(&parts, spec);
		return node_done(n, spec->at.to);
	}
	while (!at(p, T_RPAREN) && !at(p, T_EOF))
		list_add(&parts, parse_spec(p, keyword, p->lead));
	node_done(n, expect(p, T_RPAREN) + 1);
	expect_semi(p);
	return n;
}

// skip_block makes a block of what is between braces, unread; NULL if they are not closed.
static Node *skip_block(Parser *p)
{
	int32_t from = p->tok.at.from;

	if (!lex_skip_braces(&p->lx))
		return NULL;
	advance(p);
	Node *n = node_new(p, N_BLOCK, from);
	n->at.to = p->tok.at.to;
	expect(p, T_RBRACE);
	return n;
}

// parse_func_body reads what is behind a signature, or nothing.
static Node *parse_func_body(Parser *p)
{
	Node *block = NULL;

	if (at_semi(p)) {
		advance(p);
		if (!at(p, T_LBRACE))
			return NULL;
		error_at(p, p->tok.at.from, "unexpected semicolon or newline before {");
	}
	if (at(p, T_LBRACE) && p->no_bodies)
		block = skip_block(p);
	if (at(p, T_LBRACE) && !block)
		block = parse_block(p);
	expect_semi(p);
	return block;
}

// FunctionDecl = "func" FunctionName [ TypeParameters ] Signature [ FunctionBody ] .
// MethodDecl   = "func" Receiver MethodName [ TypeParameters ] Signature [ FunctionBody ] .
static Node *parse_func_decl(Parser *p)
{
	Node *n = node_new(p, N_FUNC_DECL, p->tok.at.from), *tparams = NULL;
	List parts = list_start(&n->first);

	list_add_doc(p, &parts, p->lead);
	Node *type = node_new(p, N_FUNC_TYPE, expect(p, T_FUNC));
	Node *recv = at(p, T_LPAREN) ? parse_params(p, N_RECV) : NULL;
	list_add_or_none(p, &parts, recv);
	list_add(&parts, parse_ident(p));
	list_add(&parts, type);

	List signature = list_start(&type->first);
	if (at(p, T_LBRACK))
		tparams = parse_type_params(p);
	if (tparams && recv && p->go < 27)
		error_at(p, tparams->at.from, "method must have no type parameters");
	if (tparams)
		list_add(&signature, tparams);
	parse_signature(p, type, &signature);

	Node *block = parse_func_body(p);
	if (block)
		list_add(&parts, block);
	return node_done(n, (block ? block : type)->at.to);
}

// Declaration  = ConstDecl | TypeDecl | VarDecl .
// TopLevelDecl = Declaration | FunctionDecl | MethodDecl .
Node *parse_decl(Parser *p, Sync sync)
{
	int32_t from = p->tok.at.from;

	switch (p->tok.kind) {
	case T_IMPORT:
	case T_CONST:
	case T_TYPE:
	case T_VAR: return parse_gen_decl(p);
	case T_FUNC: return parse_func_decl(p);
	default:
		error_expected(p, from, "declaration");
		skip_to(p, sync);
		return node_bad(p, from);
	}
}

// ---- files

// take_directives gives a declaration the directives before it and in it.
static void take_directives(Parser *p, const Node *decl)
{
	Directive *d = p->undecided;

	while (d && d->at.from < decl->at.to) {
		d->decl = decl;
		d = d->next;
	}
	p->undecided = d;
}

// PackageClause = "package" PackageName .
static void parse_package_clause(Parser *p, File *f)
{
	f->doc = p->lead;
	p->undecided = NULL; // what is above the clause is about the file
	f->clause_at.from = expect(p, T_PACKAGE);

	Node *name = parse_ident(p);
	f->package_at = name->at;
	f->clause_at.to = name->at.to;
	expect_semi(p);
}

// SourceFile = PackageClause ";" { ImportDecl ";" } { TopLevelDecl ";" } .
void parse_source_file(Parser *p, File *f, bool imports_only)
{
	List decls = list_start(&f->decls);
	TokenKind before = T_IMPORT;

	advance(p);
	if (p->faults.n > 0)
		return; // not a Go file at all, it seems
	parse_package_clause(p, f);
	if (p->faults.n > 0)
		return;
	f->package = str_slice(f->src->text, f->package_at.from, f->package_at.to);
	while (!at(p, T_EOF) && (!imports_only || at(p, T_IMPORT))) {
		if (at(p, T_IMPORT) && before != T_IMPORT)
			error_at(
				p, p->tok.at.from, "imports must appear before other declarations");
		before = p->tok.kind;

		Node *decl = parse_decl(p, SYNC_DECL);
		take_directives(p, decl);
		list_add(&decls, decl);
	}
}
