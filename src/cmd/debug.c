// debug.c - otel debug: what our lexer and parser see. tests/diff compares it with what
// Go's own see, and its README.md says what each line means.
#include <stdio.h>

#include "base/buf.h"
#include "cmd/cmd.h"
#include "cmd/debug.h"
#include "golang/parse.h"
#include "golang/type.h"
#include "os/file.h"

enum {
	SHOW_TOKENS = 1,
	SHOW_DECLS = 2,
	SHOW_CALLS = 4,
	BENCH = 8,
	PLAN = 9,
	WEAVE = 16, // and the form, below
	WEAVE_EMPTY = WEAVE + ALL_EMPTY,
	WEAVE_FULL = WEAVE + ALL_FULL,
	WEAVE_FRAME = WEAVE + ALL_FRAME,
	WEAVE_SPAN = WEAVE + ALL_SPAN,
};

static const struct {
	const char *name;
	int what;
} shows[] = {
	{"all", SHOW_TOKENS | SHOW_DECLS | SHOW_CALLS},
	{"bench", BENCH},
	{"calls", SHOW_CALLS},
	{"decls", SHOW_DECLS},
	{"plan", PLAN},
	{"tokens", SHOW_TOKENS},
	{"weave-all", WEAVE_FULL},
	{"weave-empty", WEAVE_EMPTY},
	{"weave-frame", WEAVE_FRAME},
	{"weave-span", WEAVE_SPAN},
};

// The dump of one file.
typedef struct {
	StrBuf out;
	Arena *arena;
	File file;
	TypeNames names;
} Dump;

// ---- fields

static void put(Dump *d, Str s)
{
	buf_add(&d->out, s);
}

static void put_number(Dump *d, int64_t n)
{
	char digits[24];
	isize i = countof(digits);

	do
		digits[--i] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	put(d, (Str){digits + i, countof(digits) - i});
}

// put_text writes what may hold any byte.
static void put_text(Dump *d, Str s)
{
	isize from = 0;

	for (isize i = 0; i < s.len; i++) {
		Str escape;
		switch (s.p[i]) {
		case '\\': escape = S("\\\\"); break;
		case '\n': escape = S("\\n"); break;
		case '\t': escape = S("\\t"); break;
		case '\r': escape = S(""); break;
		default: continue;
		}
		put(d, str_slice(s, from, i));
		put(d, escape);
		from = i + 1;
	}
	put(d, str_slice(s, from, s.len));
}

static void put_span(Dump *d, Span at)
{
	put_number(d, at.from);
	put(d, S("-"));
	put_number(d, at.to);
}

static void field_text(Dump *d, Str s)
{
	put(d, S("\t"));
	put_text(d, s);
}

static void field_number(Dump *d, int64_t n)
{
	put(d, S("\t"));
	put_number(d, n);
}

// An empty span is an empty field.
static void field_span(Dump *d, Span at)
{
	put(d, S("\t"));
	if (at.to > 0)
		put_span(d, at);
}

static void field_type(Dump *d, const Node *type)
{
	field_text(d, type ? type_canonical(d->arena, &d->file, type, &d->names) : S(""));
}

static void field_params(Dump *d, const ParamList *params)
{
	field_text(d, params_canonical(d->arena, &d->file, params, true, &d->names));
}

static void begin_line(Dump *d, const char *kind, Span at)
{
	put(d, str_from(kind));
	field_span(d, at);
}

static void end_line(Dump *d)
{
	put(d, S("\n"));
}

// ---- tokens

static void dump_tokens(Dump *d)
{
	const Source *src = d->file.src;
	Faults faults = {.arena = d->arena, .src = src};
	Lexer lx = lex_start(src, &faults);
	Token t;

	do {
		lex_next(&lx, &t);
		put_number(d, t.at.from);
		field_text(d, token_name(t.kind));
		put(d, S("\t"));
		if (t.kind == T_NEWLINE)
			put(d, S("\\n"));
		else if (token_is_literal(t.kind) || t.kind == T_COMMENT)
			put_text(d, str_slice(src->text, t.at.from, t.at.to));
		end_line(d);
	} while (t.kind != T_EOF);
}

// ---- declarations

static Span doc_of(const Node *n)
{
	return n->first && n->first->kind == N_DOC ? n->first->at : (Span){0, 0};
}

static void dump_import(Dump *d, const Node *spec)
{
	const Import *imp = d->file.imports;

	while (imp->at.from != spec->at.from)
		imp = imp->next;
	begin_line(d, "import", spec->at);
	field_text(d, imp->name);
	field_text(d, imp->path);
	field_span(d, doc_of(spec));
	end_line(d);
}

static void dump_values(Dump *d, const Node *spec)
{
	const Node *name = spec->first->kind == N_DOC ? spec->first->next : spec->first;
	const Node *part = name, *type = NULL;
	Span values = {0, 0};

	for (int32_t i = 0; i < spec->n; i++)
		part = part->next;
	if (spec->flags & NODE_TYPED) {
		type = part;
		part = part->next;
	}
	if (part)
		values.from = part->at.from;
	for (; part; part = part->next)
		values.to = part->at.to;
	for (int32_t i = 0; i < spec->n; i++, name = name->next) {
		begin_line(d, spec->op == T_CONST ? "const" : "var", spec->at);
		field_text(d, file_text(&d->file, name->at));
		field_type(d, type);
		field_span(d, values);
		field_span(d, doc_of(spec));
		end_line(d);
	}
}

static void dump_type(Dump *d, const Node *spec)
{
	const Node *name = spec->first->kind == N_DOC ? spec->first->next : spec->first;
	const Node *part = name->next;
	ParamList tparams = {0};

	if (part->kind == N_TYPE_PARAMS) {
		tparams = param_list(d->arena, &d->file, part);
		part = part->next;
	}
	begin_line(d, "type", spec->at);
	field_text(d, file_text(&d->file, name->at));
	field_params(d, &tparams);
	field_text(d, spec->flags & NODE_ALIAS ? S("=") : S(""));
	field_type(d, part);
	field_span(d, doc_of(spec));
	end_line(d);
}

static void dump_gen(Dump *d, const Node *decl)
{
	begin_line(d, "gen", decl->at);
	field_text(d, token_name((TokenKind)decl->op));
	field_span(d, doc_of(decl));
	end_line(d);
	for (const Node *spec = decl->first; spec; spec = spec->next) {
		if (spec->kind == N_IMPORT_SPEC)
			dump_import(d, spec);
		else if (spec->kind == N_VALUE_SPEC)
			dump_values(d, spec);
		else if (spec->kind == N_TYPE_SPEC)
			dump_type(d, spec);
	}
}

static void dump_func(Dump *d, const Node *decl)
{
	Func fn = func_view(d->arena, &d->file, decl);

	begin_line(d, "func", decl->at);
	field_text(d, fn.name);
	field_params(d, &fn.recvs);
	field_params(d, &fn.tparams);
	field_params(d, &fn.params);
	field_params(d, &fn.results);
	field_span(d, fn.body);
	field_span(d, fn.doc);
	end_line(d);
}

static void dump_package(Dump *d)
{
	begin_line(d, "package", d->file.clause_at);
	field_text(d, d->file.package);
	field_span(d, d->file.doc);
	end_line(d);
}

// ---- calls

// callee names what is called, as far as syntax can tell.
static Str callee(Dump *d, const Node *fun)
{
	while (fun->kind == N_PAREN || fun->kind == N_INDEX)
		fun = fun->first;
	if (fun->kind == N_IDENT)
		return file_text(&d->file, fun->at);
	if (fun->kind != N_SELECTOR)
		return S("");
	if (fun->first->kind == N_IDENT)
		return type_canonical(d->arena, &d->file, fun, &d->names);
	return str_format(
		d->arena, ".%.*s", STR_ARG(file_text(&d->file, (Span){fun->pos, fun->at.to})));
}

static void dump_call(Dump *d, const Node *n)
{
	begin_line(d, "call", n->at);
	field_span(d, n->first->at);
	field_text(d, callee(d, n->first));
	field_number(d, node_count(n->first->next));
	field_text(d, n->flags & NODE_DOTS ? S("...") : S(""));
	end_line(d);
}

static void dump_literal(Dump *d, const Node *n)
{
	const Node *type = n->flags & NODE_TYPED ? n->first : NULL;

	begin_line(d, "lit", n->at);
	field_type(d, type);
	field_span(d, (Span){n->pos, n->at.to});
	field_number(d, node_count(type ? type->next : n->first));
	end_line(d);
}

static void dump_func_lit(Dump *d, const Node *n)
{
	Func fn = func_view(d->arena, &d->file, n);

	begin_line(d, "funclit", n->at);
	field_params(d, &fn.params);
	field_params(d, &fn.results);
	field_span(d, fn.body);
	end_line(d);
}

static void dump_assign(Dump *d, const Node *n)
{
	isize left = assign_left(n);

	begin_line(d, "assign", n->at);
	field_text(d, token_name((TokenKind)n->op));
	field_number(d, left);
	field_number(d, node_count(n->first) - left);
	end_line(d);
}

static void dump_return(Dump *d, const Node *n)
{
	begin_line(d, "return", n->at);
	field_number(d, node_count(n->first));
	end_line(d);
}

// ---- files

static void dump_node(Dump *d, const Node *n, int what)
{
	if (what & SHOW_DECLS) {
		if (n->kind == N_GEN_DECL)
			dump_gen(d, n);
		else if (n->kind == N_FUNC_DECL)
			dump_func(d, n);
	}
	if (what & SHOW_CALLS) {
		switch (n->kind) {
		case N_CALL: dump_call(d, n); break;
		case N_COMPOSITE: dump_literal(d, n); break;
		case N_FUNC_LIT: dump_func_lit(d, n); break;
		case N_RETURN: dump_return(d, n); break;
		case N_ASSIGN: dump_assign(d, n); break;
		default: break;
		}
	}
}

static void dump_tree(Dump *d, int what)
{
	for (const Node *decl = d->file.decls; decl; decl = decl->next) {
		Walk w = walk_start(d->arena, decl);
		for (const Node *n; (n = walk_next(&w));)
			dump_node(d, n, what);
	}
}

static void dump_error(Dump *d)
{
	put(d, S("error"));
	field_number(d, d->file.error_offset);
	field_number(d, d->file.error.line);
	put(d, S(":"));
	put_number(d, d->file.error.col);
	end_line(d);
}

static bool dump_file(Arena *a, Str name, int what, int go, Diags *diags)
{
	Dump d = {.arena = a, .out = {.arena = a}};
	Source src = {.name = name};
	Diags refused = {.arena = a}; // said by dump_error

	if (!file_read(a, name, &src.text, diags))
		return false;
	put(&d, S("file"));
	field_text(&d, name);
	end_line(&d);
	if (!parse_file(a, &src, (ParseOptions){.go = go}, &d.file, &refused)) {
		dump_error(&d);
	} else {
		d.names = type_names(a, &d.file, S(""), NULL);
		if (what & SHOW_TOKENS)
			dump_tokens(&d);
		if (what & SHOW_DECLS)
			dump_package(&d);
		dump_tree(&d, what);
	}
	fwrite(d.out.p, 1, (size_t)d.out.len, stdout);
	return true;
}

// ---- command line

// What the arguments say.
typedef struct {
	int what, go;
	StrList names;
} Request;

static bool read_list(Arena *a, Str list, StrList *names, Diags *diags)
{
	Str rest;
	Str path = str_eq(list, S("-")) ? S("/dev/stdin") : list;

	if (!file_read(a, path, &rest, diags))
		return false;
	while (rest.len > 0) {
		Str name = str_cut(&rest, '\n');
		if (name.len > 0)
			strlist_add(names, name);
	}
	return true;
}

// go_minor reads "1.27", and returns 0 if that is no version of Go.
static int go_minor(Str version)
{
	int minor = 0;

	if (!str_starts(version, S("1.")) || version.len < 3 || version.len > 5)
		return 0;
	for (isize i = 2; i < version.len; i++) {
		if (version.p[i] < '0' || version.p[i] > '9')
			return 0;
		minor = minor * 10 + (version.p[i] - '0');
	}
	return minor;
}

// read_args returns 0 or the exit status.
static int read_args(Arena *a, const StrList *args, Request *r, Diags *diags)
{
	for (isize i = 0; args->n > 0 && i < countof(shows); i++)
		if (str_eq(args->v[0], str_from(shows[i].name)))
			r->what = shows[i].what;
	if (!r->what)
		return usage_error(
			"debug what? One of tokens, decls, calls, all, bench, plan, weave-all");

	for (isize i = 1; i < args->n; i++) {
		Str arg = args->v[i];
		if (str_starts(arg, S("--go="))) {
			r->go = go_minor(str_slice(arg, 5, arg.len));
			if (r->go == 0)
				return usage_error("'%.*s' is not like '--go=1.27'", STR_ARG(arg));
		} else if (str_eq(arg, S("--list"))) {
			if (++i == args->n)
				return usage_error("'--list' needs a file");
			if (!read_list(a, args->v[i], &r->names, diags))
				return finish(diags);
		} else if (str_starts(arg, S("--"))) {
			return usage_error("unknown option '%.*s'", STR_ARG(arg));
		} else {
			strlist_add(&r->names, arg);
		}
	}
	return 0;
}

int cmd_debug(Arena *a, const StrList *args)
{
	Request r = {.names = {.arena = a}};
	Diags diags = {.arena = a};
	Arena each = {0};
	int status = read_args(a, args, &r, &diags);

	if (status != 0)
		return status;
	if (r.what == BENCH)
		return debug_bench(a, &r.names);
	if (r.what == PLAN)
		return debug_plan(a, &r.names);
	if (r.what >= WEAVE)
		return debug_weave(&r.names, (AllForm)(r.what - WEAVE), r.go, &diags);
	for (isize i = 0; i < r.names.n; i++) {
		dump_file(&each, r.names.v[i], r.what, r.go, &diags);
		arena_free(&each);
	}
	return finish(&diags);
}
