#include "golang/type.h"

#include "base/buf.h"

// ---- names of packages

// is_version tells a major version: "v2".
static bool is_version(Str s)
{
	if (s.len < 2 || s.p[0] != 'v')
		return false;
	for (isize i = 1; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

// cut_last takes the last element off a path; *path is what is before it.
static Str cut_last(Str *path)
{
	isize end = path->len, from;

	while (end > 0 && path->p[end - 1] == '/')
		end--;
	from = end;
	while (from > 0 && path->p[from - 1] != '/')
		from--;

	Str last = str_slice(*path, from, end);
	*path = str_slice(*path, 0, from);
	return last;
}

static bool in_name(char c)
{
	return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
	       c == '_' || (c & 0x80);
}

Str import_guess(Str path)
{
	Str name = cut_last(&path);
	isize len = 0;

	if (is_version(name) && path.len > 0)
		name = cut_last(&path);
	if (str_starts(name, S("go-")))
		name = str_slice(name, 3, name.len);
	while (len < name.len && in_name(name.p[len]))
		len++;
	return str_slice(name, 0, len);
}

static void add_import(Arena *a, TypeNames *t, Str name, Str path)
{
	if (map_get(&t->imports, name))
		return;
	Str *value = arena_new(a, Str);
	*value = path;
	map_put(&t->imports, name, value);
}

TypeNames type_names(Arena *a, const File *f, Str self, const StrMap *packages)
{
	TypeNames t = {.self = self, .imports = {.arena = a}};

	// Given names first: they are right, guesses may not be.
	for (const Import *i = f->imports; i; i = i->next)
		if (i->name.len > 0 && !str_eq(i->name, S("_")) && !str_eq(i->name, S(".")))
			add_import(a, &t, i->name, i->path);
	for (const Import *i = f->imports; i; i = i->next) {
		const Str *known = packages ? map_get(packages, i->path) : NULL;
		if (i->name.len == 0)
			add_import(a, &t, known ? *known : import_guess(i->path), i->path);
	}
	return t;
}

// ---- types

static const char *const predeclared[] = {
	"any",
	"bool",
	"byte",
	"comparable",
	"complex128",
	"complex64",
	"error",
	"float32",
	"float64",
	"int",
	"int16",
	"int32",
	"int64",
	"int8",
	"rune",
	"string",
	"uint",
	"uint16",
	"uint32",
	"uint64",
	"uint8",
	"uintptr",
};

// A text being written. Types nested deeper than MAX_DEPTH are written as they stand,
// so that no input exhausts the stack. And so is a type whose text is longer than
// MAX_LEN: "struct{a, b struct{a, b ...}}" doubles at every step.
typedef struct {
	StrBuf out;
	const File *file;
	const TypeNames *names;
	int depth;
} Writer;

enum { MAX_DEPTH = 1000, MAX_LEN = 1 << 20 };

static void write_type(Writer *w, const Node *n);

static bool is_predeclared(Str name)
{
	for (isize i = 0; i < countof(predeclared); i++)
		if (str_eq(str_from(predeclared[i]), name))
			return true;
	return false;
}

// write_name writes a name that no package is in front of.
static void write_name(Writer *w, const Node *n)
{
	Str name = file_text(w->file, n->at);
	const TypeNames *t = w->names;
	const Str *path = t->dot ? map_get(t->dot, name) : NULL;
	bool own = t->self.len > 0 && !(t->tparams && strlist_has(t->tparams, name));

	if (!path && own && !is_predeclared(name))
		path = &t->self;
	if (path) {
		buf_add(&w->out, *path);
		buf_add(&w->out, S("."));
	}
	buf_add(&w->out, name);
}

// write_tokens writes what is no type: its tokens, with a space between two.
static void write_tokens(Writer *w, const Node *n)
{
	Source src = {S(""), file_text(w->file, n->at)};
	Faults faults = {.arena = w->out.arena, .src = &src};
	Lexer lx = lex_start(&src, &faults);
	Str space = S("");

	for (Token t; lex_next(&lx, &t) && t.at.from < src.text.len;) {
		if (t.kind == T_COMMENT)
			continue;
		buf_add(&w->out, space);
		buf_add(&w->out,
			t.kind == T_NEWLINE ? S(";") : str_slice(src.text, t.at.from, t.at.to));
		space = S(" ");
	}
}

static void write_list(Writer *w, const Node *n)
{
	for (; n; n = n->next) {
		write_type(w, n);
		if (n->next)
			buf_add(&w->out, S(", "));
	}
}

// write_fields writes the types of an N_PARAMS and its like, one for each name.
static void write_fields(Writer *w, const Node *list)
{
	int32_t n = 0;

	for (const Node *field = list->first; field; field = field->next) {
		const Node *type = node_child(field, field->n);
		for (int32_t i = 0; i == 0 || i < field->n; i++, n++) {
			if (n > 0)
				buf_add(&w->out, S(", "));
			write_type(w, type);
		}
	}
}

static void write_signature(Writer *w, const Node *func)
{
	const Node *list = func->first;

	if (list->kind == N_TYPE_PARAMS)
		list = list->next;
	buf_add(&w->out, S("("));
	write_fields(w, list);
	buf_add(&w->out, S(")"));
	if (!list->next || !list->next->first)
		return;

	const Node *result = list->next->first;
	bool single = !result->next && result->n <= 1;
	buf_add(&w->out, single ? S(" ") : S(" ("));
	write_fields(w, list->next);
	if (!single)
		buf_add(&w->out, S(")"));
}

// field_parts returns the first name of a struct's or interface's field, or its type.
static const Node *field_parts(const Node *field)
{
	return field->first->kind == N_DOC ? field->first->next : field->first;
}

static void write_struct(Writer *w, const Node *n)
{
	Str semi = S("");

	buf_add(&w->out, S("struct{"));
	for (const Node *field = n->first; field; field = field->next) {
		const Node *name = field_parts(field), *type = name;
		for (int32_t i = 0; i < field->n; i++)
			type = type->next;
		for (int32_t i = 0; i == 0 || i < field->n; i++, name = name->next) {
			buf_add(&w->out, semi);
			semi = S("; ");
			if (field->n > 0) {
				buf_add(&w->out, file_text(w->file, name->at));
				buf_add(&w->out, S(" "));
			}
			write_type(w, type);
			if (type->next) {
				buf_add(&w->out, S(" "));
				buf_add(&w->out, file_text(w->file, type->next->at));
			}
		}
	}
	buf_add(&w->out, S("}"));
}

static void write_interface(Writer *w, const Node *n)
{
	if (!n->first) {
		buf_add(&w->out, S("any"));
		return;
	}
	buf_add(&w->out, S("interface{"));
	for (const Node *field = n->first; field; field = field->next) {
		const Node *part = field_parts(field);
		if (field->n > 0) {
			buf_add(&w->out, file_text(w->file, part->at));
			write_signature(w, part->next);
		} else {
			write_type(w, part);
		}
		if (field->next)
			buf_add(&w->out, S("; "));
	}
	buf_add(&w->out, S("}"));
}

static void write_chan(Writer *w, const Node *n)
{
	const Node *elem = node_unparen(n->first);
	bool both = !(n->flags & (NODE_SEND | NODE_RECV));
	bool paren = both && elem->kind == N_CHAN_TYPE && (elem->flags & NODE_RECV);

	buf_add(&w->out, both ? S("chan ") : n->flags & NODE_SEND ? S("chan<- ") : S("<-chan "));
	buf_add(&w->out, paren ? S("(") : S(""));
	write_type(w, elem);
	buf_add(&w->out, paren ? S(")") : S(""));
}

Str type_alias(Arena *a, isize i)
{
	return str_format(a, "otelp%td", i);
}

static Str alias_of(Writer *w, Str path)
{
	StrList *l = w->names->aliases;
	isize i = 0;

	while (i < l->n && !str_eq(l->v[i], path))
		i++;
	if (i == l->n)
		strlist_add(l, path);
	return type_alias(w->out.arena, i);
}

static void write_selector(Writer *w, const Node *n)
{
	Str name = file_text(w->file, n->first->at);
	const Str *path = map_get(&w->names->imports, name);

	if (n->first->kind != N_IDENT) {
		write_tokens(w, n);
		return;
	}
	if (path && w->names->aliases)
		buf_add(&w->out, alias_of(w, *path));
	else
		buf_add(&w->out, path ? *path : name);
	buf_add(&w->out, S("."));
	buf_add(&w->out, file_text(w->file, (Span){n->pos, n->at.to}));
}

static void write_array(Writer *w, const Node *n)
{
	buf_add(&w->out, S("["));
	if (n->first->next)
		write_tokens(w, n->first);
	buf_add(&w->out, S("]"));
	write_type(w, n->first->next ? n->first->next : n->first);
}

static void write_prefixed(Writer *w, Str prefix, const Node *type)
{
	buf_add(&w->out, prefix);
	write_type(w, type);
}

static void write_binary(Writer *w, const Node *n)
{
	write_type(w, n->first);
	buf_add(&w->out, S("|"));
	write_type(w, n->first->next);
}

static void write_map(Writer *w, const Node *n)
{
	write_prefixed(w, S("map["), n->first);
	write_prefixed(w, S("]"), n->first->next);
}

static void write_kind(Writer *w, const Node *n)
{
	switch (n->kind) {
	case N_IDENT: write_name(w, n); return;
	case N_PAREN: write_type(w, n->first); return;
	case N_SELECTOR: write_selector(w, n); return;
	case N_STAR: write_prefixed(w, S("*"), n->first); return;
	case N_ARRAY_TYPE: write_array(w, n); return;
	case N_MAP_TYPE: write_map(w, n); return;
	case N_CHAN_TYPE: write_chan(w, n); return;
	case N_STRUCT_TYPE: write_struct(w, n); return;
	case N_INTERFACE_TYPE: write_interface(w, n); return;
	case N_FUNC_TYPE:
		buf_add(&w->out, S("func"));
		write_signature(w, n);
		return;
	case N_ELLIPSIS:
		buf_add(&w->out, S("..."));
		if (n->first)
			write_type(w, n->first);
		return;
	case N_INDEX:
		write_type(w, n->first);
		buf_add(&w->out, S("["));
		write_list(w, n->first->next);
		buf_add(&w->out, S("]"));
		return;
	case N_UNARY:
		if (n->op == T_TILDE) {
			write_prefixed(w, S("~"), n->first);
			return;
		}
		break;
	case N_BINARY:
		if (n->op == T_OR) {
			write_binary(w, n);
			return;
		}
		break;
	default: break;
	}
	write_tokens(w, n);
}

static void write_type(Writer *w, const Node *n)
{
	if (w->out.len > MAX_LEN)
		return;
	if (w->depth == MAX_DEPTH) {
		write_tokens(w, n);
		return;
	}
	w->depth++;
	write_kind(w, n);
	w->depth--;
}

Str type_canonical(Arena *a, const File *f, const Node *type, const TypeNames *names)
{
	Writer w = {.out = {.arena = a}, .file = f, .names = names};

	write_type(&w, type);
	if (w.out.len > MAX_LEN) {
		w.out = (StrBuf){.arena = a};
		write_tokens(&w, type);
	}
	return buf_str(&w.out);
}

Str params_canonical(
	Arena *a, const File *f, const ParamList *params, bool with_names, const TypeNames *names)
{
	StrBuf out = {.arena = a};

	for (isize i = 0; i < params->n; i++) {
		const Param *p = &params->v[i];
		if (i > 0)
			buf_add(&out, S(", "));
		if (with_names && p->name.len > 0) {
			buf_add(&out, p->name);
			buf_add(&out, S(" "));
		}
		if (p->variadic)
			buf_add(&out, S("..."));
		buf_add(&out, type_canonical(a, f, p->type, names));
	}
	return buf_str(&out);
}
