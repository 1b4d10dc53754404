// Whatever the types, their text is Go again, and the text of that is the same: in a
// file without imports, where no name gets a path in front.
#include "fuzz/fuzz.h"
#include "golang/type.h"

static Str canonical(Arena *a, const File *f, const Node *type)
{
	TypeNames names = type_names(a, f, S(""), NULL);

	return type_canonical(a, f, type, &names);
}

static const Node *last_child(const Node *n)
{
	const Node *child = n->first;

	while (child->next)
		child = child->next;
	return child;
}

static void check_again(Arena *a, Str text)
{
	Source src = {S("again.go"), str_format(a, "package p\ntype T %.*s\n", STR_ARG(text))};
	Diags diags = {.arena = a};
	File f;

	if (text.len > 4096) // what is longer may be written as it stands
		return;
	ensure(parse_file(a, &src, (ParseOptions){0}, &f, &diags));
	ensure(str_eq(text, canonical(a, &f, last_child(f.decls->first))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = {0};
	Source src = fuzz_source(data, size);
	Diags diags = {.arena = &a};
	File f;

	if (parse_file(&a, &src, (ParseOptions){0}, &f, &diags)) {
		for (const Node *decl = f.decls; decl; decl = decl->next) {
			Walk w = walk_start(&a, decl);
			for (const Node *n; (n = walk_next(&w));) {
				if (n->kind != N_TYPE_SPEC)
					continue;
				Str text = canonical(&a, &f, last_child(n));
				if (!f.imports)
					check_again(&a, text);
			}
		}
		for (const Import *i = f.imports; i; i = i->next)
			import_guess(i->path);
	}
	arena_free(&a);
	return 0;
}
