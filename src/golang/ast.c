#include "golang/ast.h"

#include <string.h>

Str file_text(const File *f, Span at)
{
	return str_slice(f->src->text, at.from, at.to);
}

bool file_mentions(const File *f, Str name)
{
	return str_find(f->src->text, name) >= 0;
}

// ---- nodes

const Node *node_child(const Node *n, int i)
{
	const Node *child = n->first;

	while (child && i-- > 0)
		child = child->next;
	return child;
}

isize node_count(const Node *n)
{
	isize count = 0;

	for (; n; n = n->next)
		count++;
	return count;
}

isize assign_left(const Node *n)
{
	isize count = 0;

	for (const Node *x = n->first; x && x->at.from < n->pos; x = x->next)
		count++;
	return count;
}

const Node *node_unparen(const Node *n)
{
	while (n->kind == N_PAREN)
		n = n->first;
	return n;
}

// node_doc returns the span of the doc comment, empty if there is none.
static Span node_doc(const Node *n)
{
	return n->first && n->first->kind == N_DOC ? n->first->at : (Span){0, 0};
}

// ---- walks

Walk walk_start(Arena *a, const Node *root)
{
	return (Walk){.arena = a, .now = root, .start = true};
}

static void walk_push(Walk *w, const Node *n)
{
	if (w->depth == w->cap) {
		const Node **old = w->up;
		w->cap = w->cap ? w->cap * 2 : 64;
		w->up = arena_array(w->arena, const Node *, w->cap);
		for (isize i = 0; i < w->depth; i++)
			w->up[i] = old[i];
	}
	w->up[w->depth++] = n;
}

const Node *walk_next(Walk *w)
{
	bool down = !w->skip;

	w->skip = false;
	if (w->start || !w->now) {
		w->start = false;
		return w->now;
	}
	if (down && w->now->first) {
		walk_push(w, w->now);
		w->now = w->now->first;
		return w->now;
	}
	while (w->depth > 0 && !w->now->next)
		w->now = w->up[--w->depth];
	w->now = w->depth > 0 ? w->now->next : NULL;
	return w->now;
}

void walk_skip(Walk *w)
{
	w->skip = true;
}

// ---- functions

static Param param_of(const File *f, const Node *name, const Node *type)
{
	bool dots = type->kind == N_ELLIPSIS;
	Param p = {.type = dots ? type->first : type, .type_at = type->at, .variadic = dots};

	if (name) {
		p.name = file_text(f, name->at);
		p.name_at = name->at;
	}
	return p;
}

ParamList param_list(Arena *a, const File *f, const Node *list)
{
	ParamList l = {.at = list->at};
	isize n = 0;

	for (const Node *field = list->first; field; field = field->next)
		n += field->n > 0 ? field->n : 1;
	l.v = arena_array(a, Param, n);
	for (const Node *field = list->first; field; field = field->next) {
		const Node *type = node_child(field, field->n), *name = field->first;
		if (field->n == 0)
			l.v[l.n++] = param_of(f, NULL, type);
		for (int32_t i = 0; i < field->n; i++, name = name->next)
			l.v[l.n++] = param_of(f, name, type);
	}
	return l;
}

// set_receiver takes "r *T[K, V]" apart.
static void set_receiver(Arena *a, Func *fn, const File *f, const Node *list)
{
	fn->is_method = true;
	fn->recvs = param_list(a, f, list);
	fn->recv_tparams.arena = a;
	if (fn->recvs.n == 0)
		return; // the compiler will complain
	fn->recv = fn->recvs.v[0];

	const Node *type = node_unparen(fn->recv.type);
	if (type->kind == N_STAR) {
		fn->recv_pointer = true;
		type = node_unparen(type->first);
	}
	if (type->kind == N_INDEX) {
		for (const Node *arg = type->first->next; arg; arg = arg->next)
			strlist_add(&fn->recv_tparams, file_text(f, arg->at));
		type = node_unparen(type->first);
	}
	fn->recv_base = file_text(f, type->at);
}

static void set_signature(Arena *a, Func *fn, const File *f, const Node *type)
{
	for (const Node *list = type->first; list; list = list->next) {
		if (list->kind == N_TYPE_PARAMS)
			fn->tparams = param_list(a, f, list);
		else if (list->kind == N_PARAMS)
			fn->params = param_list(a, f, list);
		else
			fn->results = param_list(a, f, list);
	}
}

Func func_view(Arena *a, const File *f, const Node *node)
{
	Func fn = {.node = node, .doc = node_doc(node)};

	if (node->kind == N_FUNC_TYPE) {
		set_signature(a, &fn, f, node);
		return fn;
	}
	for (const Node *part = node->first; part; part = part->next) {
		switch (part->kind) {
		case N_RECV: set_receiver(a, &fn, f, part); break;
		case N_IDENT:
			fn.name = file_text(f, part->at);
			fn.name_at = part->at;
			break;
		case N_FUNC_TYPE: set_signature(a, &fn, f, part); break;
		case N_BLOCK:
			fn.block = part;
			fn.body = part->at;
			break;
		default: break;
		}
	}
	return fn;
}

Str func_receiver(Arena *a, const Func *fn)
{
	return str_format(a, "%s%.*s", fn->recv_pointer ? "*" : "", STR_ARG(fn->recv_base));
}

const Node *func_next(const Node *decl)
{
	while (decl && decl->kind != N_FUNC_DECL)
		decl = decl->next;
	return decl;
}

static void return_add(Arena *a, ReturnList *l, const Node *stmt)
{
	Return r = {.at = stmt->at, .values = {stmt->at.to, stmt->at.to}};

	for (const Node *x = stmt->first; x; x = x->next, r.n++)
		r.values.to = x->at.to;
	if (stmt->first)
		r.values.from = stmt->first->at.from;
	if (l->n == l->cap) {
		Return *old = l->v;
		l->cap = l->cap ? l->cap * 2 : 8;
		l->v = arena_array(a, Return, l->cap);
		if (old)
			memcpy(l->v, old, (size_t)l->n * sizeof(*old));
	}
	l->v[l->n++] = r;
}

ReturnList func_returns(Arena *a, const Node *block)
{
	ReturnList l = {0};
	Walk w = walk_start(a, block);

	for (const Node *n; (n = walk_next(&w));) {
		if (n->kind == N_FUNC_LIT)
			walk_skip(&w);
		else if (n->kind == N_RETURN)
			return_add(a, &l, n);
	}
	return l;
}
