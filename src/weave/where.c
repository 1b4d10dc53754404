#include "weave/where.h"

// ---- globs

bool has_glob(Str name)
{
	for (isize i = 0; i < name.len; i++)
		if (name.p[i] == '*' || name.p[i] == '?' || name.p[i] == '[')
			return true;
	return false;
}

// class_matches reads "[a-z]" at the start of *p and takes it off.
static bool class_matches(Str *p, char c)
{
	bool others = p->len > 1 && (p->p[1] == '!' || p->p[1] == '^'), in = false;
	isize first = others ? 2 : 1, i = first;

	for (; i < p->len && (p->p[i] != ']' || i == first); i++) {
		bool range = i + 2 < p->len && p->p[i + 1] == '-' && p->p[i + 2] != ']';
		char low = p->p[i], high = range ? p->p[i + 2] : low;
		in |= low <= c && c <= high;
		i += range ? 2 : 0;
	}
	*p = str_slice(*p, i < p->len ? i + 1 : i, p->len);
	return in != others;
}

// take_one matches one character that is no star, and takes it off the pattern.
static bool take_one(Str *pattern, char c)
{
	char want = pattern->p[0];

	if (want == '[')
		return class_matches(pattern, c);
	*pattern = str_slice(*pattern, 1, pattern->len);
	return want == c || want == '?';
}

// element_matches matches what is between two slashes. The last star reaches as far as it must.
static bool element_matches(Str pattern, Str name)
{
	Str star = {0}, reached = {0};

	while (name.len > 0 || pattern.len > 0) {
		if (str_starts(pattern, S("*"))) {
			star = pattern = str_slice(pattern, 1, pattern.len);
			reached = name;
			continue;
		}
		if (pattern.len > 0 && name.len > 0 && take_one(&pattern, name.p[0])) {
			name = str_slice(name, 1, name.len);
			continue;
		}
		if (!star.p || reached.len == 0)
			return false;
		name = reached = str_slice(reached, 1, reached.len);
		pattern = star;
	}
	return true;
}

bool glob_matches(Str pattern, Str name)
{
	Str star = {0}, reached = {0};

	while (name.len > 0 || pattern.len > 0) {
		Str p = pattern, n = name, want = str_cut(&p, '/');
		if (str_eq(want, S("**"))) {
			star = pattern = p;
			reached = name;
			continue;
		}
		if (pattern.len > 0 && name.len > 0 && element_matches(want, str_cut(&n, '/'))) {
			pattern = p;
			name = n;
			continue;
		}
		if (!star.p || reached.len == 0)
			return false;
		str_cut(&reached, '/');
		name = reached;
		pattern = star;
	}
	return true;
}

static bool name_matches(Str pattern, Str name)
{
	return pattern.len == 0 || str_eq(pattern, name) ||
	       (has_glob(pattern) && glob_matches(pattern, name));
}

// ---- functions

bool is_function(const Func *fn, Str name, Str recv)
{
	bool pointer = str_starts(recv, S("*"));
	Str base = str_slice(recv, pointer, recv.len);

	if (!name_matches(name, fn->name) || fn->is_method != (recv.len > 0))
		return false;
	return !fn->is_method || (fn->recv_pointer == pointer && name_matches(base, fn->recv_base));
}

bool directive_args(const File *f, Span doc, Str name, Str *args)
{
	for (Str rest = file_text(f, doc); rest.len > 0;) {
		Str line = str_trim(str_cut(&rest, '\n'));
		if (!str_starts(line, S("//")))
			continue;
		line = str_slice(line, 2, line.len);
		if (!str_starts(line, name))
			continue;
		line = str_slice(line, name.len, line.len);
		if (line.len > 0 && line.p[0] != ' ' && line.p[0] != '\t')
			continue;
		*args = str_trim(line);
		return true;
	}
	return false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// fits_before looks at what stands in front of a name: ")" of a receiver, or the keyword. Behind a
// comment it may be either.
static bool fits_before(Str before, bool method)
{
	while (before.len > 0 && is_space(before.p[before.len - 1]))
		before.len--;
	if (before.len == 0)
		return false;
	char last = before.p[before.len - 1];
	return last == '/' || (method ? last == ')' : str_ends(before, S("func")));
}

static bool fits_behind(Str behind)
{
	while (behind.len > 0 && is_space(behind.p[0]))
		behind = str_slice(behind, 1, behind.len);
	return behind.len > 0 && (behind.p[0] == '(' || behind.p[0] == '[' || behind.p[0] == '/');
}

bool may_declare(Str text, Str name, bool method)
{
	if (name.len == 0 || has_glob(name))
		return true;
	for (isize from = 0;;) {
		isize at = str_find(str_slice(text, from, text.len), name);
		if (at < 0)
			return false;
		at += from;
		if (fits_before(str_slice(text, 0, at), method) &&
			fits_behind(str_slice(text, at + name.len, text.len)))
			return true;
		from = at + 1;
	}
}

bool is_left_alone(const File *f, const Func *fn)
{
	Str args;

	return directive_args(f, (Span){0, f->clause_at.from}, S("otel:ignore"), &args) ||
	       (fn && directive_args(f, fn->doc, S("otel:ignore"), &args));
}

static Str type_of(const Subject *s, const Param *p)
{
	Str type = type_canonical(s->arena, s->f, p->type, s->names);

	return p->variadic ? str_format(s->arena, "...%.*s", STR_ARG(type)) : type;
}

static bool lists_equal(const Subject *s, const ParamList *params, const StrList *types)
{
	if (params->n != types->n)
		return false;
	for (isize i = 0; i < params->n; i++)
		if (!str_eq(type_of(s, &params->v[i]), types->v[i]))
			return false;
	return true;
}

static bool has_type(const Subject *s, const ParamList *params, Str type, bool pointer)
{
	for (isize i = 0; i < params->n; i++) {
		Str have = type_of(s, &params->v[i]);
		if (pointer && str_starts(have, S("*")))
			have = str_slice(have, 1, have.len);
		if (str_eq(have, type))
			return true;
	}
	return false;
}

static bool has_any(const Subject *s, const ParamList *params, const StrList *types)
{
	for (isize i = 0; i < types->n; i++)
		if (has_type(s, params, types->v[i], false))
			return true;
	return false;
}

static bool func_holds(const Where *w, const Subject *s)
{
	const Func *fn = s->fn;
	Str args;

	if (!fn)
		return false;
	switch (w->kind) {
	case WHERE_FUNC: return is_function(fn, w->text, w->of);
	case WHERE_DIRECTIVE: return directive_args(s->f, fn->doc, w->text, &args);
	case WHERE_SIGNATURE:
		return lists_equal(s, &fn->params, &w->args) &&
		       lists_equal(s, &fn->results, &w->returns);
	case WHERE_CONTAINS:
		return has_any(s, &fn->params, &w->args) || has_any(s, &fn->results, &w->returns);
	case WHERE_PARAM: return has_type(s, &fn->params, w->text, str_eq(w->of, S("*")));
	case WHERE_RESULT: return has_type(s, &fn->results, w->text, false);
	case WHERE_LAST_RESULT:
		return fn->results.n > 0 &&
		       str_eq(type_of(s, &fn->results.v[fn->results.n - 1]), w->text);
	default: return false;
	}
}

// ---- files

static bool has_func(const Where *w, const Subject *s)
{
	for (const Node *n = func_next(s->f->decls); n; n = func_next(n->next)) {
		Func fn = func_view(s->arena, s->f, n);
		if (is_function(&fn, w->text, w->of))
			return true;
	}
	return false;
}

static bool has_struct(const Where *w, const Subject *s)
{
	for (const Node *decl = s->f->decls; decl; decl = decl->next) {
		if (decl->kind != N_GEN_DECL || decl->op != T_TYPE)
			continue;
		for (const Node *spec = decl->first; spec; spec = spec->next) {
			const Node *name = spec->first;
			if (spec->kind != N_TYPE_SPEC)
				continue;
			name = name->kind == N_DOC ? name->next : name;
			const Node *type = name;
			while (type->next)
				type = type->next;
			if (type->kind == N_STRUCT_TYPE &&
				name_matches(w->text, file_text(s->f, name->at)))
				return true;
		}
	}
	return false;
}

static bool file_holds(const Where *w, const Subject *s)
{
	Str args;

	switch (w->kind) {
	case WHERE_HAS_FUNC: return has_func(w, s);
	case WHERE_HAS_STRUCT: return has_struct(w, s);
	case WHERE_HAS_DIRECTIVE:
		return directive_args(s->f, (Span){0, s->f->clause_at.from}, w->text, &args);
	case WHERE_HAS_PACKAGE: return name_matches(w->text, s->f->package);
	case WHERE_IS_TEST:
		return str_ends(s->f->src->name, S("_test.go")) != str_eq(w->of, S("false"));
	default: return false;
	}
}

// ---- all

static bool thing_holds(const Where *w, const Subject *s)
{
	bool keyword = w->of.len == 0 || str_eq(w->of, S("var")) == (s->keyword == T_VAR);

	return s->kind == w->kind && name_matches(w->text, s->name) &&
	       (w->kind != WHERE_IDENTIFIER || keyword);
}

static bool all_hold(const Where *w, const Subject *s)
{
	for (const Where *part = w->first; part; part = part->next)
		if (!where_holds(part, s))
			return false;
	return true;
}

static bool one_holds(const Where *w, const Subject *s)
{
	for (const Where *part = w->first; part; part = part->next)
		if (where_holds(part, s))
			return true;
	return false;
}

bool where_holds(const Where *w, const Subject *s)
{
	if (!w)
		return true;
	switch (w->kind) {
	case WHERE_ALL: return all_hold(w, s);
	case WHERE_ONE: return one_holds(w, s);
	case WHERE_NOT: return !all_hold(w, s);
	case WHERE_STRUCT:
	case WHERE_IDENTIFIER:
	case WHERE_CALL:
	case WHERE_LITERAL: return thing_holds(w, s);
	case WHERE_HAS_FUNC:
	case WHERE_HAS_STRUCT:
	case WHERE_HAS_DIRECTIVE:
	case WHERE_HAS_PACKAGE:
	case WHERE_IS_TEST: return file_holds(w, s);
	default: return func_holds(w, s);
	}
}

const Where *where_find(const Where *w, WhereKind kind)
{
	if (!w || w->kind == kind)
		return w;
	if (w->kind == WHERE_NOT)
		return NULL;
	for (const Where *part = w->first; part; part = part->next) {
		const Where *found = where_find(part, kind);
		if (found)
			return found;
	}
	return NULL;
}
