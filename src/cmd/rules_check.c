// rules_check.c - otel rules check: what each rule would weave here, what not, and why.
#include "cmd/planned.h"
#include "cmd/rules.h"
#include "os/file.h"

typedef struct {
	Arena *arena;
	Planned planned;
	Diags diags;
	isize rules, wrong; // how many there are, and how many of them are mistakes
} Check;

static bool same_rule(const Decision *x, const Decision *y)
{
	return str_eq(x->rule, y->rule) && str_eq(x->place, y->place);
}

// is_first tells whether a decision is the first one over its rule.
static bool is_first(const Check *k, const Decision *c)
{
	const Decision *o = k->planned.plan.decisions.first;

	while (!same_rule(o, c))
		o = o->next;
	return o == c && c->verdict != VERDICT_UNTRUSTED;
}

// is_mistake: a rule that is woven nowhere, although its package is there, at a version that
// it is for.
static bool is_mistake(const Decision *first)
{
	bool missing = false;

	for (const Decision *c = first; c; c = c->next) {
		if (!same_rule(c, first))
			continue;
		if (c->verdict == VERDICT_WOVEN)
			return false;
		missing |= c->verdict == VERDICT_NO_FUNCTION || c->verdict == VERDICT_UNFIT;
	}
	return missing;
}

// ---- text

static void print_decision(const Check *k, const Decision *c)
{
	Arena *a = k->arena;
	Str target = target_name(a, c->recv, c->func);
	Str why = planned_why_not(a, &k->planned, c);

	if (c->verdict == VERDICT_WOVEN)
		printf("  weaves  %.*s  %.*s\n", STR_ARG(c->package), STR_ARG(target));
	else
		printf("  not     %.*s\n", STR_ARG(why));
}

static void print_rule(Check *k, const Decision *first)
{
	printf("%.*s  %.*s\n", STR_ARG(first->rule), STR_ARG(first->place));
	for (const Decision *c = first; c; c = c->next)
		if (same_rule(c, first))
			print_decision(k, c);
}

static void print_text(Check *k)
{
	for (const Decision *c = k->planned.plan.decisions.first; c; c = c->next)
		if (is_first(k, c))
			print_rule(k, c);
	fflush(stdout);
	diag_print(stderr, &k->diags);
}

// ---- JSON

static void put_diag(StrBuf *b, const Diag *d)
{
	int line = 0, col = 0;

	if (d->src)
		diag_line_col(d->src->text, d->at.from, &line, &col);
	buf_add(b, S("{\"file\":"));
	json_quote(b, d->src ? d->src->name : S(""));
	buf_addf(b, ",\"line\":%d,\"column\":%d,\"text\":", line, col);
	json_quote(b, d->text);
	buf_add(b, S(",\"help\":"));
	json_quote(b, d->help);
	buf_add(b, S("}"));
}

static void print_json(Check *k)
{
	StrBuf b = {.arena = k->arena};
	const char *comma = "";

	buf_add(&b, S("{\"rules\":"));
	decisions_write(&b, &k->planned.plan.decisions);
	buf_add(&b, S(",\n\"mistakes\":["));
	for (const Diag *d = k->diags.first; d; d = d->next, comma = ",") {
		buf_addf(&b, "%s\n", comma);
		put_diag(&b, d);
	}
	buf_add(&b, S("]}\n"));
	fwrite(b.p, 1, (size_t)b.len, stdout);
}

// ----

static void count(Check *k)
{
	for (const Decision *c = k->planned.plan.decisions.first; c; c = c->next) {
		if (!is_first(k, c))
			continue;
		k->rules++;
		k->wrong += is_mistake(c);
	}
}

static bool find_files(Check *k, const StrList *files)
{
	for (isize i = 0; i < files->n; i++)
		if (!file_exists(files->v[i]))
			return diag_fault(&k->diags, "there is no file '%.*s'",
				       STR_ARG(files->v[i])) ||
			       diag_help(&k->diags, "'otel rules check' takes rule files, or reads "
						    "otel.yaml and what it uses");
	return true;
}

int rules_check(Arena *a, const Options *opt, const StrList *files, bool json)
{
	Check k = {.arena = a, .diags.arena = a};
	Options own = *opt;
	StrList packages = {.arena = a};

	if (!find_files(&k, files))
		return finish(&k.diags);
	if (files->n > 0)
		own = (Options){.rules = str_join(a, files, S(",")), .only_rules = true};
	strlist_add(&packages, S("./..."));
	int status = planned_check(a, &own, &packages, &k.planned, &k.diags);
	if (status != 0)
		return status;
	count(&k);
	if (json)
		print_json(&k);
	else
		print_text(&k);
	if (!json && k.rules == 0 && !k.diags.first)
		fputs("otel: no rules here; name files, or see 'otel help rules'\n", stderr);
	return k.wrong > 0 || k.diags.first ? EXIT_DIAGNOSTICS : 0;
}
