// explain.c - otel explain: what a build weaves, what it does not, and why.
//
// All of it is in the plan (plan/decision.h), but what became of a package that was
// compiled: that its compile has noted (plan/store.h, outcome_note).
#include "cmd/planned.h"
#include "cmd/screen.h"

typedef struct {
	Arena *arena;
	const Planned *planned;
	Screen on;
} Explain;

// ---- what became of a package

static Str became_text(Arena *a, Outcome b, Str package)
{
	if (str_eq(b.word, S("rebuild")))
		return str_format(
			a, "compiled again with all that imports it: other %.*s", STR_ARG(b.why));
	if (str_eq(b.word, S("plain")))
		return str_format(a, "left as it is: %.*s", STR_ARG(b.why));
	if (str_eq(b.word, S("lead")))
		return S("as plain go compiles it: what calls these is led to the hooks at link");
	if (b.word.len == 0)
		return S("not compiled yet");
	return str_eq(package, S("main")) ? S("") : S("replaced at link");
}

// ---- text

static bool told(Explain *e, const Decision *c, bool woven)
{
	return (c->verdict == VERDICT_WOVEN) == woven && planned_about(e->arena, e->planned, c);
}

// print_package prints the woven functions of one package, whose first decision is given.
static void print_package(Explain *e, const Decision *first)
{
	Str how = became_text(
		e->arena, planned_outcome(e->arena, e->planned, first->digest), first->package);
	const Screen *on = &e->on;

	printf("%s%.*s%s", on->bold, STR_ARG(first->package), on->off);
	if (first->version.len > 0)
		printf(" %.*s", STR_ARG(first->version));
	printf("  %s%.*s%s\n", on->dim, STR_ARG(how), on->off);
	for (const Decision *c = first; c; c = c->next) {
		if (!str_eq(c->package, first->package) || !told(e, c, true))
			continue;
		Str target = target_name(e->arena, c->recv, c->func);
		bool hook = c->hook_path.len > 0;
		printf("  %s%-36.*s%s %-20.*s %.*s%s%.*s\n", on->green, STR_ARG(target), on->off,
			STR_ARG(c->rule), STR_ARG(c->hook_path), hook ? "." : "", STR_ARG(c->hook));
	}
}

// is_first tells whether no decision of the same kind before c is about its package.
static bool is_first(Explain *e, const Decision *first, const Decision *c)
{
	bool woven = c->verdict == VERDICT_WOVEN;

	for (const Decision *o = first; o != c; o = o->next)
		if (str_eq(o->package, c->package) && told(e, o, woven) && o->verdict == c->verdict)
			return false;
	return true;
}

static isize print_woven(Explain *e)
{
	isize n = 0;

	for (const Decision *c = e->planned->plan.decisions.first; c; c = c->next) {
		if (!told(e, c, true) || !is_first(e, e->planned->plan.decisions.first, c))
			continue;
		if (n++ > 0)
			putchar('\n');
		print_package(e, c);
	}
	return n;
}

// print_absent prints one line for all rules of a package that is not in the build.
static void print_absent(Explain *e, const Decision *first)
{
	enum { MANY = 3 };
	StrList rules = {.arena = e->arena};

	for (const Decision *c = first; c; c = c->next)
		if (str_eq(c->package, first->package) && c->verdict == first->verdict)
			strlist_add(&rules, c->rule);
	Str list = rules.n <= MANY ? str_join(e->arena, &rules, S(", "))
				   : str_format(e->arena, "%td rules", rules.n);
	printf("  %s%-36.*s%s not in this build  %s%.*s%s\n", e->on.yellow, STR_ARG(first->package),
		e->on.off, e->on.dim, STR_ARG(list), e->on.off);
}

static isize print_not_woven(Explain *e, bool gap)
{
	const Decision *first = e->planned->plan.decisions.first;
	bool all = e->planned->name.len == 0;
	isize n = 0;

	for (const Decision *c = first; c; c = c->next) {
		bool absent = all && c->verdict == VERDICT_NOT_BUILT;
		if (!told(e, c, false) || (absent && !is_first(e, first, c)))
			continue;
		if (n++ == 0)
			printf("%s%snot woven%s\n", gap ? "\n" : "", e->on.bold, e->on.off);
		if (absent)
			print_absent(e, c);
		else if (c->verdict == VERDICT_UNTRUSTED)
			printf("  %s%-36.*s%s %.*s\n", e->on.yellow, STR_ARG(c->package), e->on.off,
				STR_ARG(c->why));
		else
			printf("  %s%-36.*s%s %.*s  %s%.*s%s\n", e->on.yellow, STR_ARG(c->rule),
				e->on.off, STR_ARG(planned_why_not(e->arena, e->planned, c)),
				e->on.dim, STR_ARG(c->place), e->on.off);
	}
	return n;
}

static void print_program(Explain *e, const Program *p)
{
	Str hooks = str_join(e->arena, &p->hooks, S(", ")),
	    extensions = str_join(e->arena, &p->extensions, S(", "));

	printf("  %.*s: otel.tool/runtime, %.*s\n", STR_ARG(p->path), STR_ARG(hooks));
	if (extensions.len > 0)
		printf("  %.*s: extended by %.*s\n", STR_ARG(p->path), STR_ARG(extensions));
}

static void print_build(Explain *e)
{
	const Plan *plan = &e->planned->plan;

	printf("\n%slinked in%s\n", e->on.bold, e->on.off);
	for (const Program *p = plan->programs; p; p = p->next)
		print_program(e, p);
	printf("  %show large is known once it is built: 'otel manifest --weight FILE'. A program "
	       "that\n  serves HTTP grows by 3.8 MB with traces, by 5.0 MB with all signals%s\n",
		e->on.dim, e->on.off);
	if (plan->moved.n > 0)
		printf("\n%smoved%s\n", e->on.bold, e->on.off);
	for (isize i = 0; i < plan->moved.n; i++)
		printf("  %.*s\n", STR_ARG(plan->moved.v[i]));
	printf("\n%sgo%s  %.*s    %ssignals%s  %.*s\n", e->on.bold, e->on.off, STR_ARG(plan->go),
		e->on.bold, e->on.off, STR_ARG(str_join(e->arena, &plan->signals, S(","))));
}

static int print_text(Explain *e)
{
	const Planned *p = e->planned;
	bool all = p->name.len == 0;

	if (all && p->plan.plain)
		printf("this build instruments nothing: no package in it has a rule that fits\n");
	isize woven = print_woven(e);
	isize not_woven = print_not_woven(e, woven > 0 || p->plan.plain);
	if (all && !p->plan.plain)
		print_build(e);
	if (all && p->plan.plain)
		printf("\n'otel explain NAME' asks about one package; docs/rules.md says how to "
		       "add "
		       "a rule\n");
	return woven + not_woven > 0 || all ? 0 : planned_unknown(e->arena, p);
}

// ---- JSON

static void put_list(StrBuf *b, const char *key, const StrList *l)
{
	buf_addf(b, ",\n\"%s\":[", key);
	for (isize i = 0; i < l->n; i++) {
		buf_add(b, i ? S(",") : S(""));
		json_quote(b, l->v[i]);
	}
	buf_add(b, S("]"));
}

static void put_packages(Explain *e, StrBuf *b, const Decisions *told_of)
{
	const char *comma = "";

	buf_add(b, S(",\n\"packages\":["));
	for (const Decision *c = told_of->first; c; c = c->next) {
		if (c->verdict != VERDICT_WOVEN || !is_first(e, told_of->first, c))
			continue;
		Outcome how = planned_outcome(e->arena, e->planned, c->digest);
		buf_addf(b, "%s\n{\"package\":", comma);
		json_quote(b, c->package);
		buf_add(b, S(",\"version\":"));
		json_quote(b, c->version);
		buf_addf(b, ",\"digest\":\"%.*s\",\"outcome\":", STR_ARG(c->digest));
		json_quote(b, how.word);
		buf_add(b, S(",\"why\":"));
		json_quote(b, how.why);
		buf_add(b, S("}"));
		comma = ",";
	}
	buf_add(b, S("]"));
}

static int print_json(Explain *e)
{
	const Plan *plan = &e->planned->plan;
	StrBuf b = {.arena = e->arena};
	Decisions told_of = {.arena = e->arena};

	for (const Decision *c = plan->decisions.first; c; c = c->next)
		if (planned_about(e->arena, e->planned, c))
			decide(&told_of, *c);
	buf_add(&b, S("{\"go\":"));
	json_quote(&b, plan->go);
	put_list(&b, "signals", &plan->signals);
	put_list(&b, "moved", &plan->moved);
	put_packages(e, &b, &told_of);
	buf_add(&b, S(",\n\"rules\":"));
	decisions_write(&b, &told_of);
	buf_add(&b, S(",\n\"programs\":"));
	programs_write(&b, plan->programs);
	buf_add(&b, S("}\n"));
	fwrite(b.p, 1, (size_t)b.len, stdout);
	return told_of.first || e->planned->name.len == 0 ? 0
							  : planned_unknown(e->arena, e->planned);
}

int cmd_explain(Arena *a, const Options *opt, const StrList *args)
{
	Planned planned;
	Flags flags;
	int status;

	if (!flags_read(a, "explain", args, &flags, &status))
		return status;
	status = planned_make(a, opt, "explain", &flags.words, &planned);
	if (status != 0)
		return status;
	Explain e = {.arena = a,
		.planned = &planned,
		.on = screen_start(stdout, flags_value(&flags, "color"))};
	return flags_has(&flags, "json") ? print_json(&e) : print_text(&e);
}
