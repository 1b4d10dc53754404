#include "weave/change.h"

#include "golang/parse.h"
#include "text/template.h"
#include "weave/code.h"

// One change, in one file.
typedef struct {
	CodePlace place;
	const Join *join;
	const Change *change;
	TypeNames names;
	Edits *edits; // of the text; those of place are the file's own, for imports
	bool done;    // somewhere
} Pass;

bool change_is_of_function(Modifier m)
{
	return m == DO_HOOKS || m == DO_CODE || m == DO_DIRECTIVE || m == DO_SPAN;
}

static void warn(const Pass *p, Span at, Str why)
{
	diag_warn(p->place.w->diags, p->place.f->src, at, "rule '%.*s': %.*s",
		STR_ARG(p->join->rule), STR_ARG(why));
}

static Str text_of(const Pass *p, const Node *n)
{
	return file_text(p->place.f, n->at);
}

static Str code_line(const Pass *p, Str text)
{
	return code_one_line(p->place.w->arena, code_with_imports(&p->place, p->change, text));
}

static bool look_up(
	void *of, Str name, const TemplateValue *args, isize nargs, TemplateValue *out, Str *why)
{
	(void)of, (void)name, (void)args, (void)nargs, (void)out;
	*why = S("there is nothing but '.' here");
	return false;
}

static isize newlines(Str s)
{
	isize n = 0;

	for (isize i = 0; i < s.len; i++)
		n += s.p[i] == '\n';
	return n;
}

// keep_lines returns an expression that has as many newlines as the original: within parentheses,
// where they end nothing.
static Str keep_lines(const Pass *p, Str text, Str original)
{
	StrBuf b = {.arena = p->place.w->arena};
	isize n = newlines(original) - newlines(text);

	if (n <= 0)
		return text;
	buf_add(&b, S("("));
	while (n-- > 0)
		buf_add(&b, S("\n"));
	buf_addf(&b, "%.*s)", STR_ARG(text));
	return buf_str(&b);
}

// put_original puts the original text in the place of its stand-in: with its newlines the first
// time, then on one line.
static Str put_original(const Pass *p, Str text, Str stand_in, Str original)
{
	StrBuf b = {.arena = p->place.w->arena};

	for (isize at; (at = str_find(text, stand_in)) >= 0;) {
		buf_addf(&b, "%.*s%.*s", STR_ARG(str_slice(text, 0, at)), STR_ARG(original));
		text = str_slice(text, at + stand_in.len, text.len);
		original = code_one_line(b.arena, original);
	}
	buf_add(&b, text);
	return buf_str(&b);
}

// wrapped returns the template with the original text for its dot.
static bool wrapped(const Pass *p, Span at, Str template, Str original, Str *out)
{
	Arena *a = p->place.w->arena;
	Diags d = {.arena = a};
	StrList none = {.arena = a};
	Source src = {p->join->rule, template};
	TemplateOrigin origin = {&src, {0, (int32_t) template.len}, template};
	Str stand_in = str_format(a, "%.*sdot", STR_ARG(p->place.prefix));
	TemplateData data = {.lookup = look_up, .text = stand_in};
	const Template *t = template_parse(a, &origin, &none, &d);

	if (!t || !template_expand(a, t, &data, out, &d)) {
		warn(p, at, d.first->text);
		return false;
	}
	*out = keep_lines(p, put_original(p, code_line(p, *out), stand_in, original), original);
	return true;
}

static bool selects(const Pass *p, WhereKind kind, Str name, const Func *fn, TokenKind keyword)
{
	Subject s = {.arena = p->place.w->arena,
		.f = p->place.f,
		.names = &p->names,
		.fn = fn,
		.name = name,
		.kind = kind,
		.keyword = keyword};

	return where_holds(p->change->where, &s);
}

// ---- declarations

static const Node *skip_doc(const Node *n)
{
	return n && n->kind == N_DOC ? n->next : n;
}

static void add_fields(Pass *p, const Node *type)
{
	const Node *last = type->first;
	StrBuf b = {.arena = p->place.w->arena};

	while (last && last->next)
		last = last->next;
	for (const RuleField *f = p->change->fields; f; f = f->next)
		buf_addf(&b, "%s%.*s %.*s", last || f != p->change->fields ? "; " : " ",
			STR_ARG(f->name.text), STR_ARG(code_line(p, f->type.text)));
	edit_insert(p->edits, last ? last->at.to : type->at.to - 1, buf_str(&b));
	p->done = true;
}

static void change_type(Pass *p, const Node *spec)
{
	const Node *name = skip_doc(spec->first), *type = name;

	while (type->next)
		type = type->next;
	if (type->kind == N_STRUCT_TYPE && selects(p, WHERE_STRUCT, text_of(p, name), NULL, T_TYPE))
		add_fields(p, type);
}

// assign replaces or wraps a value; NULL where there is none yet.
static void assign(Pass *p, const Node *spec, const Node *name, const Node *value)
{
	const Change *c = p->change;
	Str text;

	if (c->wrap.text.len > 0 && !value) {
		warn(p, name->at, S("there is no value to wrap"));
		return;
	}
	if (c->wrap.text.len == 0)
		text = keep_lines(p, code_line(p, c->code.text), value ? text_of(p, value) : S(""));
	else if (!value || !wrapped(p, value->at, c->wrap.text, text_of(p, value), &text))
		return;
	if (value)
		edit_replace(p->edits, value->at, text);
	else
		edit_insert(p->edits, spec->at.to,
			str_format(p->place.w->arena, " = %.*s", STR_ARG(text)));
	p->done = true;
}

static void change_values(Pass *p, const Node *spec)
{
	const Node *first = skip_doc(spec->first), *values = first;
	isize nnames = spec->n;

	for (isize i = 0; i < nnames; i++)
		values = values->next;
	if (values && (spec->flags & NODE_TYPED))
		values = values->next;
	isize nvalues = node_count(values);
	const Node *name = first;
	for (isize i = 0; i < nnames; i++, name = name->next) {
		if (!selects(p, WHERE_IDENTIFIER, text_of(p, name), NULL, spec->op))
			continue;
		const Node *value = values;
		for (isize k = 0; k < i && value; k++)
			value = value->next;
		if (nvalues == nnames)
			assign(p, spec, name, value);
		else if (nvalues == 0 && nnames == 1 && spec->op == T_VAR)
			assign(p, spec, name, NULL);
		else
			warn(p, name->at, S("it has no value of its own"));
	}
}

static void change_declarations(Pass *p)
{
	for (const Node *decl = p->place.f->decls; decl; decl = decl->next) {
		if (decl->kind != N_GEN_DECL)
			continue;
		for (const Node *spec = skip_doc(decl->first); spec; spec = spec->next) {
			if (spec->kind == N_TYPE_SPEC && p->change->modifier == DO_FIELDS)
				change_type(p, spec);
			else if (spec->kind == N_VALUE_SPEC && p->change->modifier == DO_ASSIGN)
				change_values(p, spec);
		}
	}
}

// ---- expressions

// qualified returns "net/http.Get" for http.Get, and for Get in its own package; "" for others.
static Str qualified(const Pass *p, const Node *n)
{
	bool name = n->kind == N_IDENT,
	     selector = n->kind == N_SELECTOR && n->first->kind == N_IDENT;

	if (selector && !map_get(&p->names.imports, text_of(p, n->first)))
		return S(""); // a field or a method
	return name || selector ? type_canonical(p->place.w->arena, p->place.f, n, &p->names)
				: S("");
}

static Str callee(const Pass *p, const Node *call)
{
	const Node *fun = node_unparen(call->first);

	return qualified(p, fun->kind == N_INDEX ? fun->first : fun);
}

// appended returns the arguments that a rule appends, ", a, b".
static Str appended(const Pass *p)
{
	StrBuf b = {.arena = p->place.w->arena};

	for (isize i = 0; i < p->change->append.n; i++)
		buf_addf(&b, ", %.*s", STR_ARG(code_line(p, p->change->append.v[i])));
	return buf_str(&b);
}

static Str render(const Pass *p, Span span, const Node *inside, const Func *fn);

// call_text returns a call with the arguments that are appended, its own parts changed as well.
static bool call_text(Pass *p, const Node *call, const Func *fn, Str *out)
{
	Arena *a = p->place.w->arena;
	Str more = appended(p), whole = render(p, call->at, call, fn), type = p->change->variadic;
	const Node *last = call->first;

	*out = whole;
	if (more.len == 0)
		return true;
	while (last->next)
		last = last->next;
	if (!(call->flags & NODE_DOTS)) {
		Str head = str_slice(whole, 0, whole.len - 1);
		bool comma = last == call->first || str_ends(str_trim(head), S(","));
		Str list = comma ? str_slice(more, 2, more.len) : more;
		*out = str_format(a, "%.*s%.*s)", STR_ARG(head), STR_ARG(list));
		return true;
	}
	if (type.len == 0) {
		warn(p, call->at,
			S("a call with '...' needs 'variadic_type', the type of what is appended"));
		return false;
	}
	Str head = render(p, (Span){call->at.from, last->at.from}, call, fn);
	Str rest = render(p, last->at, last, fn), elem = code_line(p, type);
	*out = str_format(a, "%.*sappend(append([]%.*s(nil), %.*s...)%.*s)...)", STR_ARG(head),
		STR_ARG(elem), STR_ARG(rest), STR_ARG(more));
	return true;
}

static bool is_wrapped(const Pass *p, const Node *n, const Func *fn)
{
	Str name = n->kind == N_CALL ? callee(p, n) : S("");

	return name.len > 0 && selects(p, WHERE_CALL, name, fn, T_EOF);
}

static bool wrap_call(Pass *p, const Node *call, const Func *fn, Str *out)
{
	if (!call_text(p, call, fn, out))
		return false;
	Str code = p->change->code.text;
	return code.len == 0 || wrapped(p, call->at, code, *out, out);
}

static bool is_ignored(const Pass *p, const Node *n)
{
	Str text = p->place.f->src->text;
	isize end = n->at.to;

	while (end < text.len && text.p[end] != '\n')
		end++;
	return str_find(str_slice(text, n->at.to, end), S("//otel:ignore")) >= 0;
}

// wrap_inside notes the changed text of each outermost call in a node; those inside of it are
// part of its text.
static void wrap_inside(Pass *p, const Node *root, const Func *fn)
{
	Walk w = walk_start(p->place.w->arena, root);

	for (const Node *n; (n = walk_next(&w));) {
		Str text;
		if (!is_wrapped(p, n, fn) || is_ignored(p, n))
			continue;
		walk_skip(&w);
		if (!wrap_call(p, n, fn, &text))
			continue;
		edit_replace(p->edits, n->at, text);
		p->done = true;
	}
}

// render returns a part of the file with the calls below a node changed, the node itself not.
static Str render(const Pass *p, Span span, const Node *inside, const Func *fn)
{
	Str text = p->place.f->src->text;
	Edits edits = {.arena = p->place.w->arena};
	Pass inner = *p;

	inner.edits = &edits;
	for (const Node *part = inside->first; part; part = part->next)
		if (span.from <= part->at.from && part->at.to <= span.to)
			wrap_inside(&inner, part, fn);
	Str whole = edit_apply(&edits, str_slice(text, 0, span.to));
	return str_slice(whole, span.from, whole.len);
}

// ---- composite literals

static Str key_of(const Pass *p, const Node *element)
{
	return element->kind == N_KEY_VALUE && element->first->kind == N_IDENT
		       ? text_of(p, element->first)
		       : S("");
}

static const Node *element_named(const Pass *p, const Node *elements, Str name)
{
	for (const Node *e = elements; e; e = e->next)
		if (str_eq(key_of(p, e), name))
			return e->first->next;
	return NULL;
}

static void set_field(Pass *p, const Node *literal, const Node *elements, const RuleField *f)
{
	const Node *value = element_named(p, elements, f->name.text);
	Arena *a = p->place.w->arena;
	Str text;

	if (!value && f->value.text.len == 0)
		return; // nothing to wrap
	if (f->value.text.len > 0)
		text = keep_lines(
			p, code_line(p, f->value.text), value ? text_of(p, value) : S(""));
	else if (!value || !wrapped(p, value->at, f->wrap.text, text_of(p, value), &text))
		return;
	if (value)
		edit_replace(p->edits, value->at, text);
	else
		edit_insert(p->edits, literal->pos + 1,
			str_format(a, "%.*s: %.*s%s", STR_ARG(f->name.text), STR_ARG(text),
				elements ? ", " : ""));
	p->done = true;
}

static void set_fields(Pass *p, const Node *literal)
{
	const Node *elements = literal->first->next;

	if (elements && elements->kind != N_KEY_VALUE)
		return; // by position: it has all fields
	for (const RuleField *f = p->change->fields; f; f = f->next)
		set_field(p, literal, elements, f);
}

static void change_literals(Pass *p, const Node *root, const Func *fn)
{
	Walk w = walk_start(p->place.w->arena, root);

	for (const Node *n; (n = walk_next(&w));) {
		if (n->kind != N_COMPOSITE || !(n->flags & NODE_TYPED))
			continue;
		Str name = qualified(p, n->first);
		if (name.len == 0 || !selects(p, WHERE_LITERAL, name, fn, T_EOF) ||
			is_ignored(p, n))
			continue;
		set_fields(p, n);
		walk_skip(&w);
	}
}

static void change_expressions(Pass *p)
{
	for (const Node *decl = p->place.f->decls; decl; decl = decl->next) {
		bool function = decl->kind == N_FUNC_DECL;
		Func fn = function ? func_view(p->place.w->arena, p->place.f, decl) : (Func){0};
		if (function && is_left_alone(p->place.f, &fn))
			continue;
		if (p->change->modifier == DO_WRAP)
			wrap_inside(p, decl, function ? &fn : NULL);
		else
			change_literals(p, decl, function ? &fn : NULL);
	}
}

// ---- files

void change_file(Weave *w, const File *f, isize k, Str *out)
{
	Edits edits = {.arena = w->arena};
	StrList imports = {.arena = w->arena};
	const Join *j = &w->spec->joins[k];
	Pass p = {.place = {w, f, &edits, &imports, weave_prefix(w->arena, f)},
		.join = j,
		.change = j->change,
		.names = type_names(w->arena, f, w->spec->package, NULL),
		.edits = &edits};

	*out = f->src->text;
	if (j->change->modifier == DO_FIELDS || j->change->modifier == DO_ASSIGN)
		change_declarations(&p);
	else
		change_expressions(&p);
	if (p.done)
		*out = edit_apply(&edits, f->src->text);
}

// blank puts a space for every byte but newlines.
static Str blank(Arena *a, Str text)
{
	StrBuf b = {.arena = a};

	for (isize i = 0; i < text.len; i++)
		buf_addf(&b, "%c", text.p[i] == '\n' ? '\n' : ' ');
	return buf_str(&b);
}

bool change_added(Weave *w, Str package_name, const Join *j, Str *out)
{
	Edits edits = {.arena = w->arena};
	Source *src = arena_new(w->arena, Source);
	Diags d = {.arena = w->arena};
	File f;

	*src = (Source){j->change->file, j->change->code.text};
	if (!parse_file(w->arena, src, (ParseOptions){0}, &f, &d)) {
		diag_warn(w->diags, NULL, (Span){0}, "rule '%.*s': %.*s: %.*s", STR_ARG(j->rule),
			STR_ARG(j->change->file), STR_ARG(d.first->text));
		return false;
	}
	for (const Directive *dir = f.directives; dir; dir = dir->next)
		if (str_starts(file_text(&f, dir->at), S("//go:build")) &&
			dir->at.to <= f.package_at.from)
			edit_replace(&edits, dir->at, blank(w->arena, file_text(&f, dir->at)));
	edit_replace(&edits, f.package_at, package_name);
	for (const Import *imp = f.imports; imp; imp = imp->next)
		if (!strlist_has(&w->imports, imp->path))
			strlist_add(&w->imports, imp->path);
	*out = edit_apply(&edits, src->text);
	return true;
}
