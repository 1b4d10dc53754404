// Whatever the bytes, parsing ends, uses memory in proportion to them, and either
// gives a tree whose nodes lie in each other, or explains itself once.
#include "fuzz/fuzz.h"

// Under ASan, with gaps between objects; after an error, one token may be tried ten times.
enum { MEMORY_FLOOR = 16 * 1024, MEMORY_RATE = 2048 };

static bool inside(Span inner, Span outer)
{
	return outer.from <= inner.from && inner.from <= inner.to && inner.to <= outer.to;
}

static void check_tree(Arena *a, const File *f)
{
	Span all = {0, (int32_t)f->src->text.len};
	int32_t end = 0;

	for (const Node *decl = f->decls; decl; decl = decl->next) {
		Walk w = walk_start(a, decl);
		ensure(decl->at.from >= end);
		end = decl->at.to;
		for (const Node *n; (n = walk_next(&w));) {
			ensure(n->kind < NODE_KINDS && n->kind != N_BAD);
			ensure(inside(n->at, all));
			if (w.depth > 0 && n->kind != N_DOC && n->kind != N_NONE)
				ensure(inside(n->at, w.up[w.depth - 1]->at));
			if (n->kind == N_FUNC_DECL || n->kind == N_FUNC_LIT) {
				Func fn = func_view(a, f, n);
				ensure(!fn.block || inside(fn.body, n->at));
				func_returns(a, fn.block);
			}
		}
	}
}

static void parse(Source *src, ParseOptions opt)
{
	Arena a = {0};
	Diags diags = {.arena = &a};
	File f;

	bool ok = parse_file(&a, src, opt, &f, &diags);
	ensure(diags.nerror == (ok ? 0 : 1));
	ensure(arena_used(&a) <= MEMORY_FLOOR + MEMORY_RATE * src->text.len);
	if (ok)
		check_tree(&a, &f);
	else
		diag_line(&a, diags.first);
	arena_free(&a);
}

// same_shape: what is Go with its functions' bodies read has them in the same places unread.
static void same_shape(Source *src)
{
	Arena a = {0};
	Diags diags = {.arena = &a};
	File whole, shape;

	if (parse_file(&a, src, (ParseOptions){0}, &whole, &diags)) {
		ensure(parse_file(&a, src, (ParseOptions){.no_bodies = true}, &shape, &diags));
		const Node *x = whole.decls, *y = shape.decls;
		for (; x && y; x = x->next, y = y->next) {
			ensure(x->kind == y->kind && x->at.from == y->at.from &&
				x->at.to == y->at.to);
			if (x->kind != N_FUNC_DECL)
				continue;
			Func f = func_view(&a, &whole, x), g = func_view(&a, &shape, y);
			ensure(f.body.from == g.body.from && f.body.to == g.body.to);
			ensure(f.doc.from == g.doc.from && f.doc.to == g.doc.to);
		}
		ensure(!x && !y);
	}
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Source src = fuzz_source(data, size);

	parse(&src, (ParseOptions){0});
	parse(&src, (ParseOptions){.go = 25});
	parse(&src, (ParseOptions){.imports_only = true});
	parse(&src, (ParseOptions){.no_bodies = true});
	same_shape(&src);
	return 0;
}
