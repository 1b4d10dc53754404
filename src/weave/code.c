// code.c - code of a rule's own in a woven function: inject_code and expand_directive.
//
// The code is a template over the function (text/template.h). It is put on one line, so that
// every other line stays where it is.
#include "weave/code.h"

#include "golang/parse.h"
#include "text/quote.h"
#include "text/regex.h"
#include "text/template.h"

// ---- one line

// line_token writes a token for a text without newlines: a raw string that has one is
// written as an ordinary string.
static void line_token(StrBuf *b, Str token)
{
	static const char digits[] = "0123456789abcdef";

	if (token.p[0] != '`' || str_find(token, S("\n")) < 0) {
		buf_add(b, token);
		return;
	}
	buf_add(b, S("\""));
	for (isize i = 1; i + 1 < token.len; i++) {
		unsigned char c = (unsigned char)token.p[i];
		if (c == '\r')
			continue; // as Go reads raw strings
		if (c == '\n')
			buf_add(b, S("\\n"));
		else if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c < ' ')
			buf_addf(b, "\\x%c%c", digits[c >> 4], digits[c & 15]);
		else
			buf_addf(b, "%c", c);
	}
	buf_add(b, S("\""));
}

// gap_text returns what goes between two tokens: what is there, but one space for a newline or a
// comment.
static Str gap_text(Str gap)
{
	bool plain = str_find(gap, S("\n")) < 0 && str_find(gap, S("/")) < 0;

	return plain ? gap : S(" ");
}

Str code_one_line(Arena *a, Str text)
{
	Source src = {S(""), text};
	Faults faults = {.arena = a, .src = &src};
	Lexer lx = lex_start(&src, &faults);
	StrBuf b = {.arena = a};
	int32_t end = 0;

	for (Token t; lex_next(&lx, &t);) {
		if (t.kind == T_COMMENT)
			continue;
		if (t.kind == T_NEWLINE) {
			buf_add(&b, S(";"));
			continue;
		}
		if (b.len > 0)
			buf_add(&b, gap_text(str_slice(text, end, t.at.from)));
		line_token(&b, str_slice(text, t.at.from, t.at.to));
		end = t.at.to;
	}
	Str line = buf_str(&b);
	return str_ends(line, S(";")) ? str_slice(line, 0, line.len - 1) : line;
}

// ---- imports

static isize import_named(const Change *c, Str name)
{
	for (isize i = 0; i < c->import_names.n; i++)
		if (str_eq(c->import_names.v[i], name))
			return i;
	return -1;
}

// add_import puts an import beside the package clause, once for each pass over a file.
static Str add_import(const CodePlace *p, Str path, Str name)
{
	Arena *a = p->w->arena;
	bool named = name.len > 0;
	isize i = 0;

	while (i < p->imports->n && !str_eq(p->imports->v[i], path))
		i++;
	Str alias = named ? name : str_format(a, "%.*si%td", STR_ARG(p->prefix), i);
	if (i < p->imports->n)
		return alias;
	strlist_add(p->imports, path);
	if (!strlist_has(&p->w->imports, path))
		strlist_add(&p->w->imports, path);
	edit_insert(p->edits, p->f->clause_at.to,
		str_format(a, "; import %.*s \"%.*s\"", STR_ARG(alias), STR_ARG(path)));
	return alias;
}

Str code_with_imports(const CodePlace *p, const Change *c, Str text)
{
	Source src = {S(""), text};
	Faults faults = {.arena = p->w->arena, .src = &src};
	Lexer lx = lex_start(&src, &faults);
	StrBuf b = {.arena = p->w->arena};
	Token before = {0}, name = {0};
	int32_t done = 0;

	for (isize i = 0; i < c->import_names.n; i++)
		if (str_eq(c->import_names.v[i], S("_")) || str_eq(c->import_names.v[i], S(".")))
			add_import(p, c->import_paths.v[i], c->import_names.v[i]);
	for (Token t; lex_next(&lx, &t); before = name, name = t) {
		isize i = t.kind == T_PERIOD && name.kind == T_IDENT && before.kind != T_PERIOD
				  ? import_named(c, str_slice(text, name.at.from, name.at.to))
				  : -1;
		if (i < 0)
			continue;
		buf_add(&b, str_slice(text, done, name.at.from));
		buf_add(&b, add_import(p, c->import_paths.v[i], S("")));
		done = name.at.to;
	}
	buf_add(&b, str_slice(text, done, text.len));
	return buf_str(&b);
}

// ---- templates

typedef struct {
	Target *t;
	TemplateValue *pairs; // of the directive
	isize npairs;
} Lookup;

static const char *const template_names[] = {"DirectiveArg", "DirectiveArgs", "FuncArgument",
	"FuncArgumentCount", "FuncArgumentOfType", "FuncName", "FuncReturn", "FuncReturnCount",
	"FuncReturnOfType"};

static StrList names_of(Arena *a)
{
	StrList l = {.arena = a};

	for (int i = 0; i < countof(template_names); i++)
		strlist_add(&l, str_from(template_names[i]));
	return l;
}

static TemplateValue text_value(Str text)
{
	return (TemplateValue){.kind = TEMPLATE_TEXT, .text = text};
}

// Before all joins of a function have said what they use, some names are not known yet.
static Str name_or_other(Str name)
{
	return name.len == 0 || str_eq(name, S("_")) ? S("otel_unnamed") : name;
}

static Str use_argument(Target *t, isize i)
{
	Value *v = &t->values[i + (t->fn.is_method ? 1 : 0)];

	v->used = true;
	return name_or_other(v->name);
}

static Str use_result(Target *t, isize i)
{
	t->results_used = true;
	return name_or_other(t->result_names.v[i]);
}

// numbered answers FuncArgument N and FuncReturn N.
static bool numbered(Target *t, bool result, const TemplateValue *args, isize nargs,
	TemplateValue *out, Str *why)
{
	isize n = result ? t->fn.results.n : t->fn.params.n;

	if (nargs != 1 || args[0].kind != TEMPLATE_NUMBER) {
		*why = S("it takes a number");
		return false;
	}
	if (args[0].number < 0 || args[0].number >= n) {
		*why = str_format(t->w->arena, "'%.*s' has %td %s, there is no %lld",
			STR_ARG(t->fn.name), n, result ? "results" : "parameters",
			(long long)args[0].number);
		return false;
	}
	isize i = (isize)args[0].number;
	*out = text_value(result ? use_result(t, i) : use_argument(t, i));
	return true;
}

// of_type answers FuncArgumentOfType "T": the first of that type, or "".
static bool of_type(Target *t, bool result, const TemplateValue *args, isize nargs,
	TemplateValue *out, Str *why)
{
	const ParamList *list = result ? &t->fn.results : &t->fn.params;

	if (nargs != 1 || args[0].kind != TEMPLATE_TEXT) {
		*why = S("it takes a type, between quotes");
		return false;
	}
	*out = text_value(S(""));
	for (isize i = 0; i < list->n; i++) {
		Str type = type_canonical(t->w->arena, t->f, list->v[i].type, &t->names);
		if (!type_fits(args[0].text, type))
			continue;
		*out = text_value(result ? use_result(t, i) : use_argument(t, i));
		return true;
	}
	return true;
}

static bool directive_arg(
	const Lookup *l, const TemplateValue *args, isize nargs, TemplateValue *out, Str *why)
{
	if (nargs != 1 || args[0].kind != TEMPLATE_TEXT) {
		*why = S("it takes a key, between quotes");
		return false;
	}
	*out = text_value(S(""));
	for (isize i = 0; i < l->npairs; i++)
		if (str_eq(l->pairs[i].key, args[0].text))
			*out = text_value(l->pairs[i].text);
	return true;
}

static bool look_up(
	void *of, Str name, const TemplateValue *args, isize nargs, TemplateValue *out, Str *why)
{
	Lookup *l = of;
	Target *t = l->t;
	bool result = str_starts(name, S("FuncReturn"));

	if (str_eq(name, S("FuncArgument")) || str_eq(name, S("FuncReturn")))
		return numbered(t, result, args, nargs, out, why);
	if (str_ends(name, S("OfType")))
		return of_type(t, result, args, nargs, out, why);
	if (str_eq(name, S("DirectiveArg")))
		return directive_arg(l, args, nargs, out, why);
	if (str_eq(name, S("DirectiveArgs")))
		*out = (TemplateValue){.kind = TEMPLATE_LIST, .list = l->pairs, .n = l->npairs};
	else if (str_eq(name, S("FuncName")))
		*out = text_value(t->fn.name);
	else
		*out = (TemplateValue){.kind = TEMPLATE_NUMBER,
			.number = result ? t->fn.results.n : t->fn.params.n};
	return true;
}

// read_directive reads the "key:value …" of the comment that a rule expands.
static void read_directive(Lookup *l, Str args)
{
	isize n = 0;

	for (isize i = 0; i < args.len; i++)
		n += args.p[i] == ' ' || args.p[i] == '\t';
	l->pairs = arena_array(l->t->w->arena, TemplateValue, n + 1);
	while (args.len > 0) {
		Str rest = args, word = str_cut(&rest, ' ');
		args = str_trim(rest);
		TemplateValue *pair = &l->pairs[l->npairs++];
		*pair = (TemplateValue){.kind = TEMPLATE_PAIR, .key = str_cut(&word, ':')};
		pair->text = word;
	}
}

static void warn(Target *t, const Join *j, const Diags *why)
{
	diag_warn(t->w->diags, t->f->src, t->fn.name_at, "rule '%.*s': %.*s", STR_ARG(j->rule),
		STR_ARG(why->first->text));
}

// expand returns the code for the function; false, with a warning, if there is none.
static bool expand(Target *t, const Join *j, Str *out)
{
	Arena *a = t->w->arena;
	Diags d = {.arena = a};
	StrList names = names_of(a);
	const Change *c = j->change;
	Source src = {j->rule, c->code.text};
	TemplateOrigin origin = {&src, {0, (int32_t)src.text.len}, src.text};
	Lookup l = {.t = t};
	const Where *directive = where_find(c->where, WHERE_DIRECTIVE);
	Str args;

	if (directive && directive_args(t->f, t->fn.doc, directive->text, &args))
		read_directive(&l, args);
	const Template *template = template_parse(a, &origin, &names, &d);
	TemplateData data = {.lookup = look_up, .of = &l};
	if (template && template_expand(a, template, &data, out, &d))
		return true;
	warn(t, j, &d);
	return false;
}

// ---- functions

// is_code holds the code against our own parser, so that a mistake in it does not cost the file.
static bool is_code(Target *t, const Join *j, Str code)
{
	Arena *a = t->w->arena;
	Source src = {j->rule, str_format(a, "package p; func _() { %.*s }", STR_ARG(code))};
	Diags d = {.arena = a};
	File f;

	if (parse_file(a, &src, (ParseOptions){0}, &f, &d))
		return true;
	warn(t, j, &d);
	return false;
}

static bool is_in_list(const Node *parent)
{
	return parent->kind == N_BLOCK || parent->kind == N_CASE || parent->kind == N_COMM;
}

// head_text returns a statement down to its first block: of a loop, what it loops over.
static Str head_text(const File *f, const Node *stmt)
{
	for (const Node *part = stmt->first; part; part = part->next)
		if (part->kind == N_BLOCK)
			return file_text(f, (Span){stmt->at.from, part->at.from});
	return file_text(f, stmt->at);
}

// find_statement returns the first statement that the rule's pattern matches, or NULL.
static const Node *find_statement(Target *t, const Join *j)
{
	Arena *a = t->w->arena;
	Walk w = walk_start(a, t->fn.block);
	Regex re;
	Str why;

	if (!regex_compile(a, j->change->pattern.text, &re, &why))
		return NULL; // it was told when the rule was read
	for (const Node *n; (n = walk_next(&w));) {
		const Node *parent = w.depth > 0 ? w.up[w.depth - 1] : NULL;
		bool statement = parent && is_in_list(parent) && n->kind >= N_BLOCK &&
				 n->kind < N_BAD && n->kind != N_CASE && n->kind != N_COMM;
		if (statement && regex_match(&re, head_text(t->f, n)))
			return n;
	}
	return NULL;
}

static bool statement_fits(Target *t, const Join *j)
{
	const Change *c = j->change;

	if (c->pattern.text.len == 0)
		return true;
	const Node *n = find_statement(t, j);
	if (n && !(c->after && n->kind == N_RETURN))
		return true;
	diag_warn(t->w->diags, t->f->src, t->fn.name_at,
		n ? "rule '%.*s': behind the statement that '%.*s' matches, a return, nothing is "
		    "run"
		  : "rule '%.*s': no statement matches '%.*s'",
		STR_ARG(j->rule), STR_ARG(c->pattern.text));
	return false;
}

bool code_fits(Target *t, const Join *j)
{
	Str code;

	return statement_fits(t, j) && expand(t, j, &code) && is_code(t, j, code);
}

void code_weave(Target *t, const Join *j, const CodePlace *p)
{
	const Change *c = j->change;
	const Node *at;
	Str code;

	if (!expand(t, j, &code))
		return; // it did, with other names
	code = code_one_line(t->w->arena, code_with_imports(p, c, code));
	if (c->pattern.text.len == 0 || !(at = find_statement(t, j)))
		buf_addf(&t->entry, " %.*s;", STR_ARG(code));
	else if (c->after)
		edit_insert(t->edits, at->at.to, str_format(t->w->arena, "; %.*s", STR_ARG(code)));
	else
		edit_insert(
			t->edits, at->at.from, str_format(t->w->arena, "%.*s; ", STR_ARG(code)));
}

bool code_check(Arena *a, const Rule *r, Diags *d)
{
	StrList names = names_of(a);
	const RuleText *code = &r->change.code, *pattern = &r->change.pattern;
	TemplateOrigin origin = {r->src, code->at, code->text};
	Regex re;
	Str why;

	if (pattern->text.len > 0 && !regex_compile(a, pattern->text, &re, &why))
		return diag_error(d, r->src, pattern->at, "'%.*s' is no regular expression: %.*s",
			STR_ARG(pattern->text), STR_ARG(why));
	bool function = r->change.modifier == DO_CODE || r->change.modifier == DO_DIRECTIVE;
	if (!function)
		names.n = 0;
	return code->text.len == 0 || template_parse(a, &origin, &names, d);
}
