#include "cmd/planned.h"

#include "base/near.h"
#include "cmd/tool.h"
#include "os/env.h"
#include "os/file.h"
#include "os/path.h"
#include "os/proc.h"

static bool is_name(Str word)
{
	bool path = str_starts(word, S(".")) || str_starts(word, S("/"));

	return word.len > 0 && word.p[0] != '-' && !path && !str_ends(word, S(".go")) &&
	       str_find(word, S("...")) < 0;
}

// take_name takes the first word that is a name, and not the value of a flag.
static void take_name(Arena *a, const StrList *words, StrList *rest, Str *name)
{
	bool taken = false, value = false;

	for (isize i = 0; i < words->n; i++) {
		Str word = words->v[i];
		StrList one = {.arena = a};
		GoArgs flag = {0};
		if (str_eq(word, S("--")) ||
			(!value && word.len > 0 && word.p[0] != '-' && !is_name(word)))
			taken = true; // the packages begin
		if (!taken && !value && is_name(word)) {
			*name = word;
			taken = true;
			continue;
		}
		// A flag that wants the next word says so when that is there.
		strlist_add(&one, word);
		strlist_add(&one, S("value"));
		if (!value && word.len > 1 && word.p[0] == '-')
			goargs_parse(a, S("build"), &one, &flag);
		value = flag.flags && flag.flags->words == 2;
		strlist_add(rest, word);
	}
}

int planned_unlisted(Arena *a, Str go, const StrList *args)
{
	StrList argv = {.arena = a};
	ProcSpec spec = {.argv = &argv, .capture_out = true};
	ProcResult res;
	Diags d = {.arena = a};

	strlist_add(&argv, go);
	strlist_add(&argv, S("list"));
	strlist_add(&argv, S("-deps"));
	for (isize i = 0; i < args->n; i++)
		strlist_add(&argv, args->v[i]);
	fputs("error: go cannot list the packages of this build\n", stderr);
	if (!proc_run(a, &spec, &res, &d))
		finish(&d);
	return EXIT_DIAGNOSTICS;
}

bool planned_tools(Arena *a, PlanInput *in, Diags *d)
{
	return go_find(a, &in->go, d) && cache_open(a, &in->cache, d) &&
	       path_real(a, S("/proc/self/exe"), &in->self, d);
}

// plan_words plans the build of these words. It returns 0 or the exit status.
static int plan_words(Arena *a, const char *command, const StrList *words, Planned *out)
{
	Diags d = {.arena = a};

	out->args = (GoArgs){0};
	out->plan = (Plan){0};
	goargs_parse(a, S("build"), words, &out->args);
	if (out->args.alien.len > 0)
		return unknown_flag(
			out->args.alien, command_find(str_from(command))->flags, command);
	if (!planned_tools(a, &out->in, &d))
		return finish(&d);
	bool ok = plan_make(a, &out->in, &out->args, &out->plan, &d);
	int status = finish(&d);
	if (!ok)
		return status;
	if (!out->plan.plain || out->plan.decisions.first)
		return 0;
	return d.nwarning > 0 ? EXIT_DIAGNOSTICS : planned_unlisted(a, out->in.go, words);
}

static bool is_known(Arena *a, const Planned *p)
{
	for (const Decision *c = p->plan.decisions.first; c; c = c->next)
		if (planned_about(a, p, c))
			return true;
	return false;
}

// The packages of the main modules that a name, which no rule knows, names. Asked of go only then.
static bool is_package_here(Arena *a, const Planned *p)
{
	static const char format[] = "{{with .Module}}{{if .Main}}here{{end}}{{end}}";
	StrList argv = {.arena = a};
	ProcSpec spec = {.argv = &argv, .capture_out = true, .capture_err = true};
	ProcResult res;
	Diags d = {.arena = a};

	strlist_add(&argv, p->in.go);
	strlist_add(&argv, S("list"));
	strlist_add(&argv, S("-find"));
	strlist_add(&argv, S("-f"));
	strlist_add(&argv, str_from(format));
	strlist_add(&argv, S("--"));
	strlist_add(&argv, p->name);
	return proc_run(a, &spec, &res, &d) && res.status == 0 && str_starts(res.out, S("here"));
}

int planned_make(
	Arena *a, const Options *opt, const char *command, const StrList *words, Planned *out)
{
	StrList rest = {.arena = a};

	*out = (Planned){
		.in = {.rules = opt->rules, .only_rules = opt->only_rules, .refused.arena = a}};
	take_name(a, words, &rest, &out->name);
	int status = plan_words(a, command, &rest, out);
	if (status != 0 || out->name.len == 0 || is_known(a, out))
		return status;
	if (out->args.packages.n > 0 || !is_package_here(a, out))
		return 0;
	strlist_add(&rest, out->name);
	out->name = S("");
	return plan_words(a, command, &rest, out);
}

int planned_check(Arena *a, const Options *opt, const StrList *packages, Planned *out, Diags *d)
{
	*out = (Planned){.in = {.rules = opt->rules,
				 .only_rules = opt->only_rules,
				 .without_ours = true,
				 .fresh = true,
				 .refused.arena = a}};
	goargs_parse(a, S("build"), packages, &out->args);
	if (!planned_tools(a, &out->in, d) || !plan_make(a, &out->in, &out->args, &out->plan, d))
		return finish(d);
	bool listed = out->plan.signals.n > 0;
	return listed ? 0 : planned_unlisted(a, out->in.go, packages);
}

static Str range_text(Arena *a, Str range)
{
	Str from = str_cut(&range, ',');

	if (range.len == 0)
		return str_format(a, "%.*s and newer", STR_ARG(from));
	return str_format(a, "%.*s up to, not including, %.*s", STR_ARG(from), STR_ARG(range));
}

Str planned_why_not(Arena *a, const Planned *p, const Decision *c)
{
	Str target = target_name(a, c->recv, c->func);

	switch (c->verdict) {
	case VERDICT_NOT_BUILT:
		return str_format(a, "%.*s is not in this build", STR_ARG(c->package));
	case VERDICT_VERSION:
		return str_format(a, "%.*s is %.*s here, the rule is for %.*s", STR_ARG(c->package),
			STR_ARG(c->version), STR_ARG(range_text(a, c->wanted)));
	case VERDICT_GO_VERSION:
		return str_format(a, "Go is %.*s here, the rule is for %.*s", STR_ARG(p->plan.go),
			STR_ARG(range_text(a, c->wanted)));
	case VERDICT_NO_FUNCTION:
		return str_format(a, "%.*s%s%.*s does not declare %.*s%s%.*s", STR_ARG(c->package),
			c->version.len > 0 ? " " : "", STR_ARG(c->version), STR_ARG(target),
			c->why.len > 0 ? "; " : "", STR_ARG(c->why));
	default: return c->why;
	}
}

bool planned_about(Arena *a, const Planned *p, const Decision *c)
{
	Str target = target_name(a, c->recv, c->func);
	const Str names[] = {c->package, c->rule, c->func, c->hook, c->hook_path, target,
		str_format(a, "%.*s.%.*s", STR_ARG(c->hook_path), STR_ARG(c->hook)),
		str_format(a, "%.*s.%.*s", STR_ARG(c->package), STR_ARG(target))};

	for (isize i = 0; i < countof(names); i++)
		if (p->name.len == 0 || str_eq(p->name, names[i]))
			return true;
	return false;
}

static Str store_of(const Plan *plan)
{
	Str key = S("OTEL_GO_STORE=");

	for (isize i = 0; i < plan->env.n; i++)
		if (str_starts(plan->env.v[i], key))
			return str_slice(plan->env.v[i], key.len, plan->env.v[i].len);
	return S("");
}

Outcome planned_outcome(Arena *a, const Planned *p, Str digest)
{
	Diags none = {.arena = a};
	Str path = outcome_note(a, store_of(&p->plan), digest), text = S("");
	Outcome out = {0};

	if (file_exists(path) && file_read(a, path, &text, &none)) {
		out.word = str_cut(&text, '\n');
		out.why = str_cut(&text, '\n');
	}
	return out;
}

int planned_unknown(Arena *a, const Planned *p)
{
	StrList known = {.arena = a};

	for (const Decision *c = p->plan.decisions.first; c; c = c->next) {
		strlist_add(&known, c->package);
		strlist_add(&known, c->rule);
		strlist_add(&known, c->func);
		strlist_add(&known, c->hook);
	}
	Str near = nearest(&known, p->name);
	fprintf(stderr, "error: no rule is about '%.*s'\n", STR_ARG(p->name));
	if (near.len > 0)
		fprintf(stderr, "help: did you mean '%.*s'?\n", STR_ARG(near));
	else
		fputs("help: 'otel explain' lists all rules; the packages to build begin with "
		      "./, or stand behind --\n",
			stderr);
	return EXIT_DIAGNOSTICS;
}
