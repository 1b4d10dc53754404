#include "plan/plan.h"

#include <time.h>

#include "os/env.h"
#include "os/file.h"
#include "plan/apart.h"
#include "plan/cache.h"
#include "plan/lead.h"
#include "plan/planner.h"
#include "plan/rulemod.h"
#include "plan/signals.h"
#include "plan/vendor.h"
#include "plan/version.h"
#include "text/bundle.h"

#define OLDEST_GO "go1.24"

Str *planner_str(Planner *p, Str s)
{
	Str *copy = arena_new(p->arena, Str);

	*copy = s;
	return copy;
}

Plan plan_empty(Arena *a)
{
	return (Plan){.args.arena = a,
		.env.arena = a,
		.saved.arena = a,
		.adding.arena = a,
		.adding_env.arena = a,
		.moved.arena = a,
		.needs.arena = a,
		.signals.arena = a,
		.decisions.arena = a};
}

void plan_additions(const Plan *plan, StrList *out)
{
	strlist_add(out, S("otel.tool/runtime"));
	for (isize i = 0; i < plan->signals.n; i++)
		if (!str_eq(plan->signals.v[i], S("traces")))
			strlist_add(out, str_format(out->arena, "otel.tool/runtime/%.*s",
						 STR_ARG(plan->signals.v[i])));
	for (const Program *program = plan->programs; program; program = program->next)
		for (isize i = 0; i < program->hooks.n; i++)
			if (!strlist_has(out, program->hooks.v[i]))
				strlist_add(out, program->hooks.v[i]);
}

// lap adds our processor time since *since to a part's, and sets *since to now.
static void lap(int64_t *since, int64_t *part)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	int64_t now = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	*part += now - *since;
	*since = now;
}

static bool plain(Planner *p)
{
	p->out->plain = true;
	return true;
}

// is_possible tells whether builds of this go can be woven; else it has warned.
static bool is_possible(Planner *p)
{
	Str version = p->env.version;

	if (str_starts(version, S("go1.")) && version_cmp(version, S(OLDEST_GO)) < 0) {
		diag_warn(p->diags, NULL, (Span){0}, "this build is not woven: '%.*s' is %.*s",
			STR_ARG(p->env.go), STR_ARG(version));
		diag_help(p->diags, "otel takes Go 1.24 or newer (https://go.dev/dl)");
		return false;
	}
	return true;
}

// without_module is for a build in no module. go says best itself that it finds no package there,
// but builds files.
static bool without_module(Planner *p, const GoArgs *args)
{
	Str first = args->packages.n > 0 ? args->packages.v[0] : S("");

	if (p->env.gopath) {
		diag_fault(
			p->diags, "GOPATH mode (GO111MODULE=off) has no modules, which otel needs");
		return diag_help(p->diags,
			"unset GO111MODULE and make a module with 'go mod init'; "
			"OTEL_GO_OFF=1 builds without telemetry");
	}
	if (str_ends(first, S(".go"))) {
		diag_warn(p->diags, NULL, (Span){0},
			"this build is not woven: '%.*s' is in no module", STR_ARG(first));
		diag_help(p->diags, "'go mod init NAME' makes a module of its folder");
	}
	return plain(p);
}

// find_elsewhere looks for the module of programs named path@version.
static bool find_elsewhere(Planner *p, GoArgs *args)
{
	const GoArgs nowhere = {.home = S("/")};
	Elsewhere *e = &p->elsewhere;

	if (!elsewhere_is_named(args))
		return true;
	if (!go_env(p->arena, p->in->go, &nowhere, &p->env, p->diags))
		return false;
	if (!is_possible(p))
		return plain(p);
	if (!elsewhere_find(p->arena, p->in->cache, &p->env, args, e, p->diags))
		return false;
	p->out->unfound = e->home.len == 0;
	return e->home.len > 0 || plain(p);
}

static bool read_surroundings(Planner *p, GoArgs *args)
{
	if (!go_env(p->arena, p->in->go, args, &p->env, p->diags))
		return false;
	p->out->go = p->env.version;
	goargs_from_env(p->arena, p->env.flags, args);
	if (!is_possible(p))
		return plain(p);
	if (p->env.mod.len == 0 && p->env.work.len == 0)
		return without_module(p, args);
	Str modfile = goargs_last(args, S("modfile")), dir = goargs_last(args, S("C"));
	if (modfile.len > 0)
		p->modfile = path_join(p->arena, path_abs(p->arena, dir), modfile);
	return true;
}

// is_shared tells whether the build makes a shared library of Go packages, or links one; it has
// warned then. Programs that otel knows nothing of share such a library, and go makes it anew,
// where it lies, as soon as one of its packages is another.
static bool is_shared(Planner *p)
{
	if (str_eq(goargs_last(p->args, S("buildmode")), S("shared"))) {
		diag_warn(p->diags, NULL, (Span){0},
			"this build is not woven: programs that otel does not know share what "
			"-buildmode=shared makes");
		return true;
	}
	for (isize i = 0; i < p->packages.n; i++) {
		const Package *pkg = p->packages.v[i].value;
		if (pkg->shared.len == 0)
			continue;
		diag_warn(p->diags, NULL, (Span){0},
			"this build is not woven: it takes '%.*s' from the shared library '%.*s'",
			STR_ARG(pkg->path), STR_ARG(pkg->shared));
		diag_help(p->diags, "without -linkshared the program has its packages in itself");
		return true;
	}
	return false;
}

static bool read_packages(Planner *p, GoArgs *args)
{
	bool elsewhere = p->elsewhere.home.len > 0;
	int status = 0;

	if (!go_list(p->arena, &p->env, args, &p->packages, &status, p->diags))
		return false;
	bool found = status == 0 &&
		     (!elsewhere || elsewhere_choose(p->arena, &p->elsewhere, &p->packages, args));
	p->out->unfound = elsewhere && !found;
	// What is wrong with the packages, go says best itself.
	return (found && !is_shared(p)) || plain(p);
}

static void read_rules(Planner *p)
{
	Str named = p->in->rules.len > 0 ? p->in->rules : env_get(S("OTEL_GO_RULES"));
	RuleSources from = {
		.named = named.len > 0 ? named : env_get(S("OTELC_RULES")),
		.only = p->in->only_rules,
		.without_ours = p->in->without_ours,
		.bundle = p->bundle,
		.roots = p->workspace.uses,
		.cache = p->in->cache,
		.env = &p->env,
		.packages = &p->packages,
	};

	ruleset_read(p->arena, &from, &p->rules, p->diags);
}

// What the links of before have found: a package that could not be led is compiled again; one
// whose woven archive was lost gets a new mark, so that go compiles it
// again: DIGEST-SALT, where a link that missed it has left the salt.
static void salt_marks(Planner *p)
{
	Arena *a = p->arena;

	for (isize i = 0; i < p->woven.n; i++) {
		Woven *w = &p->woven.v[i];
		Diags none = {.arena = a};
		Str path = str_format(
			    a, "%.*s/mark/%.*s.salt", STR_ARG(p->in->cache), STR_ARG(w->digest)),
		    salt;
		bool salted = file_exists(path) && file_read(a, path, &salt, &none);
		w->led = w->led && !file_exists(lead_refused(a, p->in->cache, w->digest));
		w->mark = salted ? str_format(a, "%.*s-%.*s", STR_ARG(w->digest),
					   STR_ARG(str_trim(salt)))
				 : w->digest;
	}
}

static void add_needs(Planner *p)
{
	strlist_add(&p->out->needs, p->bundle);
	if (p->elsewhere.home.len > 0)
		strlist_add(&p->out->needs, p->elsewhere.home);
	for (isize i = 0; i < p->files.n; i++)
		strlist_add(&p->out->needs, path_join(p->arena, p->out->dir, p->files.v[i].key));
	for (isize i = 0; i < p->rules.files.n; i++) {
		Str copy = rulemod_copied(p->arena, p->in->cache, p->rules.files.v[i]);
		if (copy.len > 0 && !strlist_has(&p->out->needs, copy))
			strlist_add(&p->out->needs, copy);
	}
	for (isize i = 0; i < p->woven.n; i++)
		strlist_add(&p->out->needs,
			str_format(p->arena, "%.*s/mark/%.*s", STR_ARG(p->in->cache),
				STR_ARG(p->woven.v[i].digest)));
}

static bool find_extensions(Planner *p)
{
	const ExtensionSearch search = {
		.arena = p->arena,
		.env = &p->env,
		.args = p->args,
		.signals = &p->out->signals,
		.packages = &p->packages,
	};
	Diags wrong = {.arena = p->arena};
	bool ok = extensions_find(&search, p->rules.rules.extensions, &p->extensions, &wrong);

	if (wrong.nerror > 0)
		p->rules.incomplete = true; // it may be there the next time
	if (wrong.nfault == 0)
		diag_soften(p->diags, &wrong);
	return ok;
}

static bool match(Planner *p)
{
	Match m = {
		.arena = p->arena,
		.rules = &p->rules,
		.env = &p->env,
		.packages = &p->packages,
		.signals = &p->out->signals,
		.unserved = p->settled
				    ? S("this build's OpenTelemetry has no SDK for its signal, and "
					"OTEL_GO_SIGNALS=all would move it to another version")
				    : S("OTEL_GO_SIGNALS leaves its signal out"),
		.refused = &p->in->refused,
		.tests = str_eq(p->args->command, S("test")),
		.decisions = &p->out->decisions,
		.diags = p->diags,
	};

	return match_rules(&m, &p->woven);
}

static bool choose_signals(Planner *p)
{
	Str asked = env_get(S("OTEL_GO_SIGNALS"));
	Str list = path_join(p->arena, p->bundle, S("requirements"));

	if (!signals_read(p->arena, asked, &p->out->signals, p->diags) ||
		!file_read(p->arena, list, &p->requirements, p->diags))
		return false;
	// Where packages are vendored or did not fit, it moves whatever the signals are.
	if (str_trim(asked).len == 0 && !p->in->newer && vendor_root(p).len == 0)
		p->settled = signals_settle(&p->out->signals, &p->packages, p->requirements);
	return true;
}

// is_before_v1 tells whether the program is written for an OpenTelemetry that ours cannot stand
// in for; it has warned then.
static bool is_before_v1(Planner *p)
{
	const Module *m = workspace_unstable(&p->packages, &p->out->moved);

	if (!m)
		return false;
	diag_warn(p->diags, NULL, (Span){0},
		"this build is not woven: it has %.*s %.*s, and of before v1 nothing compiles with "
		"later "
		"ones",
		STR_ARG(m->path), STR_ARG(m->version));
	diag_help(p->diags, "update that module with 'go get', and what requires it");
	p->out->moved.n = 0;
	p->complete = false; // it is told each time
	return true;
}

static bool make(Planner *p)
{
	PlanTimes *times = &p->out->times;
	if (!workspace_read(p->arena, &p->env, p->modfile, &p->workspace, p->diags) ||
		!choose_signals(p))
		return false;
	lap(&p->since, &times->rest);
	read_rules(p);
	lap(&p->since, &times->rules);
	if (!find_extensions(p) || !match(p))
		return false;
	lap(&p->since, &times->match);
	// A shared library may come at any time.
	p->complete = !p->rules.incomplete && goargs_last(p->args, S("linkshared")).len == 0;
	if (p->woven.n == 0)
		return plain(p);
	salt_marks(p);
	if (!planner_add_hooks(p))
		return false;
	if (is_before_v1(p))
		return plain(p);
	p->apart = apart_suits(p);
	for (isize i = 0; i < p->packages.n; i++) {
		Package *pkg = p->packages.v[i].value;
		bool variant = pkg->for_test.len > 0 && !str_ends(pkg->path, S(".test"));
		if (str_eq(pkg->name, S("main")) && !variant)
			planner_add_main(p, pkg);
	}
	if (!planner_write(p))
		return false;
	planner_ask_ready(p);
	planner_add_command(p);
	add_needs(p);
	lap(&p->since, &times->rest);
	return true;
}

static bool make_anew(Planner *p, GoArgs *args)
{
	int64_t none = 0;

	lap(&p->since, &none);
	if (!read_surroundings(p, args))
		return false;
	if (p->out->plain)
		return true;
	if (!bundle_ready(p->arena, p->in->cache, &p->bundle, p->diags))
		return diag_help(p->diags, "OTEL_GO_CACHE names another folder for what we keep");
	if (!read_packages(p, args))
		return false;
	lap(&p->since, &p->out->times.list);
	return p->out->plain || make(p);
}

static bool find_or_make(Planner *p, GoArgs *args)
{
	const PlanInput *in = p->in;
	Str memo = memo_name(p->arena, in, args);

	if (!in->fresh && memo_find(p->arena, memo, str_eq(args->command, S("test")), p->out))
		return true;
	p->ready = str_format(p->arena, "%.*s.ready", STR_ARG(memo));
	p->added = str_format(p->arena, "%.*s.added", STR_ARG(memo));
	if (!make_anew(p, args))
		return false;
	cache_trim_daily(in->cache);
	// A user's overlay may change at any time. Who is strict is told again.
	bool failed = in->strict && p->diags->nwarning > 0;
	if (p->complete && !failed && goargs_last(args, S("overlay")).len == 0) {
		PlanBasis basis = planner_basis(p);
		memo_keep(p->arena, memo, p->out, &basis);
	}
	return true;
}

bool plan_make(Arena *a, const PlanInput *in, const GoArgs *given, Plan *out, Diags *d)
{
	GoArgs args = *given;
	Planner p = {.arena = a, .in = in, .args = &args, .out = out, .diags = d};

	p.packages.arena = p.files.arena = p.overlay.arena = p.extra.arena = p.moved.arena = a;
	p.mains.arena = a;
	*out = plan_empty(a);
	if (!find_elsewhere(&p, &args))
		return false;
	if (!out->plain && !find_or_make(&p, &args))
		return false;
	out->said = p.elsewhere.said;
	return true;
}

bool plan_repair(Arena *a, const PlanInput *in)
{
	Diags unsaid = {.arena = a};
	isize repaired = 0;
	Str bundle;

	return bundle_ready(a, in->cache, &bundle, &unsaid) &&
	       bundle_repair(bundle_bytes(), bundle, &repaired, &unsaid) && repaired > 0;
}
