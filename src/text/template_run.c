#include "text/template_tree.h"

// A template may write about as many bytes, or do a tenth as many steps.
enum { MAX_WORK = 1 << 20, STEP = 10 };

// How a list of statements was left.
typedef enum { FLOW_ON, FLOW_BREAK, FLOW_CONTINUE, FLOW_FAILED } Flow;

static bool eval(Run *r, const Node *n, const TemplateValue *dot, TemplateValue *out);
static bool eval_pipe(Run *r, const Node *pipe, const TemplateValue *dot, TemplateValue *out);
static Flow walk(Run *r, const Node *list, const TemplateValue *dot);

// ---- mistakes

bool run_error(Run *r, const Node *n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	Str text = str_vformat(r->diags->arena, fmt, ap);
	va_end(ap);
	return template_error(r->t, r->diags, n->at, "%.*s", STR_ARG(text));
}

bool run_spend(Run *r, const Node *n, isize work)
{
	if (work > r->work)
		return run_error(r, n, "this template does too much, or has no end");
	r->work -= work;
	return true;
}

// ---- values

static bool data_field(Run *r, const Node *n, Args args, TemplateValue *out)
{
	Str why = S("has no value here");

	if (!strlist_has(r->t->names, n->text))
		return template_unknown_name(r->t, r->diags, n->at, n->text);
	if (r->data->lookup(r->data->of, n->text, args.v, args.n, out, &why))
		return true;
	return run_error(r, n, "'.%.*s': %.*s", STR_ARG(n->text), STR_ARG(why));
}

// eval_field finds what n, a field, is in `of`.
static bool eval_field(
	Run *r, const Node *n, const TemplateValue *of, Args args, TemplateValue *out)
{
	bool key = str_eq(n->text, S("Key"));

	if (of->kind == TEMPLATE_DATA)
		return data_field(r, n, args, out);
	if (of->kind != TEMPLATE_PAIR || (!key && !str_eq(n->text, S("Value"))))
		return run_error(r, n, "%s has no '.%.*s'", template_kind(of), STR_ARG(n->text));
	if (args.n > 0)
		return run_error(r, n, "'.%.*s' takes no arguments", STR_ARG(n->text));
	*out = (TemplateValue){.kind = TEMPLATE_TEXT, .text = key ? of->key : of->text};
	return true;
}

// apply evaluates n, which begins a command, with the arguments that it is given.
static bool apply(Run *r, const Node *n, const TemplateValue *dot, Args args, TemplateValue *out)
{
	TemplateValue of;

	*out = (TemplateValue){0};
	if (!run_spend(r, n, STEP))
		return false;
	switch (n->kind) {
	case NODE_CONSTANT: *out = n->value; return true;
	case NODE_DOT: *out = *dot; return true;
	case NODE_VARIABLE: *out = r->slots[n->slot[0]]; return true;
	case NODE_PIPE: return eval_pipe(r, n, dot, out);
	case NODE_CALL: return n->func->call(r, n, args, out);
	case NODE_FIELD: return eval(r, n->first, dot, &of) && eval_field(r, n, &of, args, out);
	default: BUG("no operand: %d", n->kind);
	}
}

static bool eval(Run *r, const Node *n, const TemplateValue *dot, TemplateValue *out)
{
	return apply(r, n, dot, (Args){0}, out);
}

// eval_until evaluates the arguments of and, or, as far as it must. final is what the
// pipeline hands in, or NULL.
static bool eval_until(Run *r, const Node *cmd, const TemplateValue *dot,
	const TemplateValue *final, TemplateValue *out)
{
	bool is_or = str_eq(cmd->first->func->name, S("or"));

	for (const Node *arg = cmd->first->next; arg; arg = arg->next) {
		if (!eval(r, arg, dot, out))
			return false;
		if (template_truth(out) == is_or)
			return true;
	}
	if (final)
		*out = *final;
	return true;
}

static bool eval_command(Run *r, const Node *cmd, const TemplateValue *dot,
	const TemplateValue *final, TemplateValue *out)
{
	const Node *first = cmd->first;
	isize n = 0;

	if (first->kind == NODE_CALL && !first->func->call)
		return eval_until(r, cmd, dot, final, out);
	for (const Node *arg = first->next; arg; arg = arg->next)
		n++;
	TemplateValue *args = arena_array(r->arena, TemplateValue, n + 1);
	n = 0;
	for (const Node *arg = first->next; arg; arg = arg->next)
		if (!eval(r, arg, dot, &args[n++]))
			return false;
	if (final)
		args[n++] = *final;
	return apply(r, first, dot, (Args){args, n}, out);
}

static bool eval_pipe(Run *r, const Node *pipe, const TemplateValue *dot, TemplateValue *out)
{
	TemplateValue before = {0};

	*out = before;
	for (const Node *cmd = pipe->first; cmd; cmd = cmd->next) {
		if (!eval_command(r, cmd, dot, cmd == pipe->first ? NULL : &before, out))
			return false;
		before = *out;
	}
	for (int i = 0; i < pipe->nslot; i++)
		r->slots[pipe->slot[i]] = *out;
	return true;
}

// ---- statements

static Flow walk_if(Run *r, const Node *n, const TemplateValue *dot)
{
	TemplateValue v;

	if (!eval_pipe(r, n->first, dot, &v))
		return FLOW_FAILED;
	if (!template_truth(&v))
		return walk(r, n->otherwise, dot);
	return walk(r, n->body, n->kind == NODE_WITH ? &v : dot);
}

static TemplateValue number(int64_t n)
{
	return (TemplateValue){.kind = TEMPLATE_NUMBER, .number = n};
}

// walk_round goes through the body of a range for its member i.
static Flow walk_round(Run *r, const Node *n, const TemplateValue *over, int64_t i)
{
	bool counts = over->kind == TEMPLATE_NUMBER;
	TemplateValue member = counts ? number(i) : over->list[i];
	const Node *pipe = n->first;

	if (!run_spend(r, n, STEP))
		return FLOW_FAILED;
	if (pipe->nslot == 2)
		r->slots[pipe->slot[0]] = number(i);
	if (pipe->nslot > 0)
		r->slots[pipe->slot[pipe->nslot - 1]] = member;
	return walk(r, n->body, &member);
}

static Flow walk_range(Run *r, const Node *n, const TemplateValue *dot)
{
	TemplateValue over;

	if (!eval_pipe(r, n->first, dot, &over))
		return FLOW_FAILED;
	bool counts = over.kind == TEMPLATE_NUMBER;
	if (counts && n->first->nslot == 2) {
		run_error(r, n->first, "'range' over a number sets one variable only");
		return FLOW_FAILED;
	}
	if (!counts && over.kind != TEMPLATE_LIST && over.kind != TEMPLATE_NIL) {
		run_error(r, n->first, "'range' wants a list or a number, found %s",
			template_kind(&over));
		return FLOW_FAILED;
	}
	int64_t end = counts ? over.number : over.n;
	if (end <= 0)
		return walk(r, n->otherwise, dot);
	for (int64_t i = 0; i < end; i++) {
		Flow flow = walk_round(r, n, &over, i);
		if (flow == FLOW_FAILED)
			return flow;
		if (flow == FLOW_BREAK)
			break;
	}
	return FLOW_ON;
}

static Flow walk_action(Run *r, const Node *n, const TemplateValue *dot)
{
	TemplateValue v;

	if (!eval_pipe(r, n->first, dot, &v))
		return FLOW_FAILED;
	if (n->first->nslot > 0)
		return FLOW_ON;
	return template_write(r, n->first, &v, &r->out) ? FLOW_ON : FLOW_FAILED;
}

static Flow walk_one(Run *r, const Node *n, const TemplateValue *dot)
{
	switch (n->kind) {
	case NODE_TEXT:
		if (!run_spend(r, n, n->text.len))
			return FLOW_FAILED;
		buf_add(&r->out, n->text);
		return FLOW_ON;
	case NODE_ACTION: return walk_action(r, n, dot);
	case NODE_IF:
	case NODE_WITH: return walk_if(r, n, dot);
	case NODE_RANGE: return walk_range(r, n, dot);
	case NODE_BREAK: return FLOW_BREAK;
	case NODE_CONTINUE: return FLOW_CONTINUE;
	default: BUG("no statement: %d", n->kind);
	}
}

static Flow walk(Run *r, const Node *list, const TemplateValue *dot)
{
	Flow flow = FLOW_ON;

	for (const Node *n = list; n && flow == FLOW_ON; n = n->next)
		flow = walk_one(r, n, dot);
	return flow;
}

bool template_expand(Arena *a, const Template *t, const TemplateData *data, Str *out, Diags *d)
{
	TemplateValue dot = {.kind = TEMPLATE_DATA};
	Run r = {
		.arena = a,
		.t = t,
		.data = data,
		.diags = d,
		.slots = arena_array(a, TemplateValue, t->nslot),
		.out = {.arena = a},
		.work = MAX_WORK,
	};

	r.slots[0] = dot;
	if (walk(&r, t->first, &dot) == FLOW_FAILED)
		return false;
	*out = buf_str(&r.out);
	return true;
}
