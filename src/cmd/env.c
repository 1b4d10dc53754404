// env.c - otel env: the variables by which any go builds woven.
#include "os/env.h"
#include "cmd/planned.h"
#include "os/file.h"
#include "plan/plan.h"

// Our part of the flags that the plan has for go; all else is the user's to give.
static bool is_ours(Str arg)
{
	static const char *const flags[] = {
		"-mod=readonly", "-overlay=", "-toolexec=", "-gcflags=", "-coverpkg="};

	for (isize i = 0; i < countof(flags); i++)
		if (str_starts(arg, str_from(flags[i])))
			return true;
	return false;
}

// In GOFLAGS later entries win, so ours, which hold the user's, come last.
static Str goflags(Arena *a, const Plan *plan)
{
	StrList words = {.arena = a};

	if (plan->goflags.len > 0)
		strlist_add(&words, plan->goflags);
	for (isize i = 0; i < plan->args.n; i++)
		if (is_ours(plan->args.v[i]))
			strlist_add(&words, goargs_quote(a, plan->args.v[i]));
	return str_join(a, &words, S(" "));
}

// put_shell writes a value so that a shell reads it as it is.
static void put_shell(StrBuf *b, Str value)
{
	buf_add(b, S("'"));
	while (value.len > 0) {
		isize quote = str_find(value, S("'"));
		isize n = quote < 0 ? value.len : quote;
		buf_add(b, str_slice(value, 0, n));
		buf_add(b, quote < 0 ? S("") : S("'\\''"));
		value = str_slice(value, n + (quote >= 0), value.len);
	}
	buf_add(b, S("'"));
}

static void put_variable(StrBuf *b, Str name, Str value, bool json)
{
	if (json) {
		buf_add(b, b->len > 1 ? S(",\n") : S("\n"));
		json_quote(b, name);
		buf_add(b, S(": "));
		json_quote(b, value);
		return;
	}
	buf_addf(b, "export %.*s=", STR_ARG(name));
	put_shell(b, value);
	buf_add(b, S("\n"));
}

static Str variables(Arena *a, const Plan *plan, bool json)
{
	StrBuf b = {.arena = a};

	buf_add(&b, json ? S("{") : S(""));
	if (!plan->plain)
		put_variable(&b, S("GOFLAGS"), goflags(a, plan), json);
	for (isize i = 0; i < plan->env.n; i++) {
		Str value = plan->env.v[i], name = str_cut(&value, '=');
		if (!str_eq(name, S("GOFLAGS")))
			put_variable(&b, name, value, json);
	}
	buf_add(&b, json ? S("\n}\n") : S(""));
	return buf_str(&b);
}

int cmd_env(Arena *a, const Options *opt, const StrList *args)
{
	PlanInput in = {.rules = opt->rules,
		.only_rules = opt->only_rules,
		.together = true,
		.refused.arena = a};
	Diags d = {.arena = a};
	Flags flags;
	GoArgs parsed = {0};
	Plan plan;
	int status;

	if (!flags_read(a, "env", args, &flags, &status))
		return status;
	goargs_parse(a, S("build"), &flags.words, &parsed);
	if (parsed.alien.len > 0)
		return unknown_flag(parsed.alien, command_find(S("env"))->flags, "env");
	in.strict = opt->strict || env_is_on(S("OTEL_GO_STRICT"));
	bool ok = go_find(a, &in.go, &d) && cache_open(a, &in.cache, &d) &&
		  path_real(a, S("/proc/self/exe"), &in.self, &d) &&
		  plan_make(a, &in, &parsed, &plan, &d);
	if (in.strict)
		diag_harden(&d);
	if (!ok || d.nerror > 0)
		return finish(&d);
	diag_print(stderr, &d);
	if (plan.plain && !plan.decisions.first && d.nwarning == 0)
		return planned_unlisted(a, in.go, &flags.words);
	if (plan.plain)
		fputs("otel: there is nothing to weave in these packages\n", stderr);
	Str text = variables(a, &plan, flags_has(&flags, "json"));
	fwrite(text.p, 1, (size_t)text.len, stdout);
	return 0;
}
