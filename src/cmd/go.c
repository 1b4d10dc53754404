#include "cmd/adding.h"
#include "cmd/command.h"
#include "cmd/show.h"

#include "os/env.h"
#include "os/file.h"
#include "os/proc.h"
#include "plan/plan.h"
#include "plan/sums.h"

static bool is_woven_command(Arena *a, Str command)
{
	StrList woven = words_of(a, command_find(S("go"))->words);

	return strlist_has(&woven, command);
}

// go_command returns go's own command line, as it was asked.
static StrList go_command(Arena *a, Str go, const StrList *args)
{
	StrList argv = {.arena = a};

	strlist_add(&argv, go);
	for (isize i = 0; i < args->n; i++)
		strlist_add(&argv, args->v[i]);
	return argv;
}

// What is not ours is go's.
static int exec_go(Arena *a, Str go, const StrList *args, Diags *d)
{
	StrList argv = go_command(a, go, args);

	proc_exec(&argv, NULL, d);
	return finish(d);
}

// What go itself would have said, and where modules have moved.
static void say_modules(const Plan *plan)
{
	fprintf(stderr, "%.*s", STR_ARG(plan->said));
	for (isize i = 0; i < plan->moved.n; i++)
		fprintf(stderr, "otel: moved %.*s\n", STR_ARG(plan->moved.v[i]));
}

// How a woven run of go has ended.
typedef struct {
	int status;
	bool lost;       // a link missed a woven archive
	StrList refused; // packages of ours that did not compile
} Ending;

// read_ending takes what the tools have left in the plan's folder for us.
static bool read_ending(Arena *a, const Plan *plan, Ending *out, Diags *d)
{
	Str lost = path_join(a, plan->dir, S("lost")),
	    refused = path_join(a, plan->dir, S("refused"));
	StrList names = {.arena = a};

	out->refused = (StrList){.arena = a};
	out->lost = out->status != 0 && file_exists(lost);
	if (out->lost && !file_remove_tree(lost, d))
		return false;
	if (out->status == 0 || !file_is_dir(refused))
		return true;
	if (!dir_list(refused, &names, d))
		return false;
	for (isize i = 0; i < names.n; i++) {
		Str package;
		if (str_find(names.v[i], S(".")) >= 0)
			continue; // half-written
		if (!file_read(a, path_join(a, refused, names.v[i]), &package, d))
			return false;
		strlist_add(&out->refused, package);
	}
	return file_remove_tree(refused, d);
}

static StrList woven_env(Arena *a, const PlanInput *in, const Plan *plan)
{
	StrList env = {.arena = a};
	Str saved = str_join(a, &plan->saved, S("\n"));

	for (isize i = 0; i < plan->env.n; i++)
		strlist_add(&env, plan->env.v[i]);
	strlist_add(&env, str_format(a, "OTEL_GO_SAVED=%.*s", STR_ARG(saved)));
	if (in->strict)
		strlist_add(&env, S("OTEL_GO_STRICT=1"));
	return env;
}

// A plan by which go has built something is known to fit the build.
static Str built_mark(Arena *a, const Plan *plan)
{
	return path_join(a, plan->dir, S("built"));
}

static bool was_built(Arena *a, const Plan *plan)
{
	return file_exists(built_mark(a, plan));
}

static void mark_built(Arena *a, const Plan *plan)
{
	Diags unsaid = {.arena = a};

	if (!was_built(a, plan))
		file_write_atomic(built_mark(a, plan), S(""), 0600, &unsaid);
}

// Whether go's arguments are such that our packages have to be tried out: what go test or
// go run does cannot be taken back, and should not be done twice.
static bool wants_trial(Arena *a, const GoArgs *args, const Plan *plan)
{
	Str buildmode = goargs_last(args, S("buildmode"));

	return (str_eq(args->command, S("test")) || str_eq(args->command, S("run"))) &&
	       !was_built(a, plan) && plan->programs && !wants_word(args, "n") &&
	       (buildmode.len == 0 || str_eq(buildmode, S("exe")) || str_eq(buildmode, S("pie")));
}

// Of the plan's arguments those that go build takes as well; they stand in front.
static isize count_trial_args(const Plan *plan)
{
	static const char *const flags[] = {
		"-C=", "-mod=readonly", "-overlay=", "-toolexec=", "-exec=", "-gcflags="};
	isize n = 0;

	for (bool ours = true; ours && n < plan->args.n; n += ours) {
		ours = false;
		for (isize i = 0; i < countof(flags); i++)
			ours |= str_starts(plan->args.v[n], str_from(flags[i]));
	}
	return n;
}

static void add_trial_flags(Arena *a, const GoArgs *args, StrList *argv)
{
	for (const GoFlag *f = args->flags; f; f = f->next) {
		bool shapes = f->use == FLAG_BUILD || str_eq(f->name, S("asmflags")) ||
			      str_eq(f->name, S("p"));
		bool ours = str_eq(f->name, S("C")) || str_eq(f->name, S("mod")) ||
			    str_eq(f->name, S("modfile"));
		if (f->words > 0 && shapes && !ours)
			strlist_add(argv, str_format(a, "-%.*s%s%.*s", STR_ARG(f->name),
						  f->has_value ? "=" : "", STR_ARG(f->value)));
	}
}

// What the user's packages import is another where a module has moved, and may not fit them.
static void add_moved_packages(const GoArgs *args, const Plan *plan, StrList *argv)
{
	const StrList *named = &args->packages;

	if (plan->moved.n == 0 || (named->n > 0 && str_ends(named->v[0], S(".go"))))
		return;
	for (isize i = 0; i < named->n; i++)
		strlist_add(argv, named->v[i]);
	if (named->n == 0)
		strlist_add(argv, S("."));
}

static void add_trial_packages(Arena *a, const GoArgs *args, const Plan *plan, StrList *argv)
{
	StrList packages = {.arena = a};

	plan_additions(plan, &packages);
	for (isize i = 0; i < packages.n; i++)
		strlist_add(argv, packages.v[i]);
	add_moved_packages(args, plan, argv);
}

// try_out compiles what we add before go starts anything with it, as go would a moment later.
// Only what is ours and does not compile counts; of all else that is wrong go will speak.
static bool try_out(
	Arena *a, const PlanInput *in, const GoArgs *args, const Plan *plan, Ending *out, Diags *d)
{
	StrList argv = {.arena = a}, env = woven_env(a, in, plan);
	ProcSpec spec = {.argv = &argv, .env = &env, .capture_out = true, .capture_err = true};
	ProcResult res;

	strlist_add(&argv, in->go);
	strlist_add(&argv, S("build"));
	for (isize i = 0, n = count_trial_args(plan); i < n; i++)
		if (!str_starts(plan->args.v[i], S("-exec=")))
			strlist_add(&argv, plan->args.v[i]);
	add_trial_flags(a, args, &argv);
	add_trial_packages(a, args, plan, &argv);
	if (!proc_run(a, &spec, &res, d))
		return false;
	*out = (Ending){.status = res.status};
	if (res.status == 0)
		mark_built(a, plan);
	if (!read_ending(a, plan, out, d))
		return false;
	if (in->strict && res.status != 0)
		fprintf(stderr, "%.*s", STR_ARG(res.err));
	return true;
}

// add_apart has what we add built apart (cmd/adding.h), if that is not known to be there.
static bool add_apart(
	Arena *a, const PlanInput *in, const GoArgs *args, Plan *plan, Ending *out, Diags *d)
{
	StrList env = woven_env(a, in, plan);
	ProcResult res = {0};

	if (!adding_is_done(a, plan)) {
		if (!adding_run(a, args, plan, &env, &res, d))
			return false;
		out->status = res.status;
		if (!read_ending(a, plan, out, d))
			return false;
	}
	if (in->strict && out->refused.n > 0)
		fprintf(stderr, "%.*s", STR_ARG(res.err));
	if (out->status == 0)
		adding_name(a, plan);
	return true;
}

static bool run_woven(
	Arena *a, const PlanInput *in, const GoArgs *args, const Plan *plan, Ending *out, Diags *d)
{
	StrList argv = {.arena = a}, env = woven_env(a, in, plan);
	ProcSpec spec = {.argv = &argv, .env = &env, .foreground = true};
	Progress progress;
	ProcResult res;

	strlist_add(&argv, in->go);
	strlist_add(&argv, args->command);
	for (isize i = 0; i < plan->args.n; i++)
		strlist_add(&argv, plan->args.v[i]);
	if (wants_word(args, "x"))
		show_command(&plan->env, &argv);
	if (progress_start(a, args, plan, &progress)) {
		strlist_add(
			&env, str_format(a, "OTEL_GO_PROGRESS=%.*s", STR_ARG(progress.counter)));
		spec.on_err = progress_piece;
		spec.to = &progress;
	}
	bool ran = proc_run(a, &spec, &res, d);
	progress_end(&progress);
	if (!ran)
		return false;
	out->status = res.status;
	if (res.status == 0) {
		sums_keep(a, plan->dir);
		mark_built(a, plan);
	}
	return read_ending(a, plan, out, d);
}

static void say_refused(const PlanInput *in, Str package, bool hooks)
{
	const char *consequence = hooks ? ": building without them"
					: ": building with the OpenTelemetry that otel brings";

	fprintf(stderr, "%s: %s '%.*s' do%s not compile with the versions of this build%s\n",
		in->strict ? "error" : "warning", hooks ? "the hooks of" : "our package",
		STR_ARG(package), hooks ? "" : "es", in->strict ? "" : consequence);
}

// do_without plans without the hooks that did not compile, or with another OpenTelemetry,
// unless whoever builds is strict.
static bool do_without(PlanInput *in, const Ending *end)
{
	bool again = false;

	for (isize i = 0; i < end->refused.n; i++) {
		Str package = end->refused.v[i];
		bool hooks = str_starts(package, S("otel.tool/hooks/")) ||
			     !str_starts(package, S("otel.tool/"));
		say_refused(in, package, hooks);
		again |= hooks || !in->newer;
		if (hooks)
			strlist_add(&in->refused, package);
		else
			in->newer = true;
	}
	return again && !in->strict;
}

static void say_without_us(void)
{
	fprintf(stderr, "warning: built without telemetry: with what otel adds, this build fails\n"
			"help: 'otel --strict go build' shows how; please report it\n");
}

// without_us is for a woven build that has failed, by a plan that has never built anything: if
// plain go builds what it was asked for, it was us. Of what is wrong with the user's own packages
// go has spoken already.
static int without_us(Arena *a, const PlanInput *in, const StrList *all, int status, Diags *d)
{
	StrList argv = go_command(a, in->go, all);
	ProcSpec spec = {.argv = &argv, .capture_out = true, .capture_err = true};
	ProcResult res;

	if (!proc_run(a, &spec, &res, d) || res.status != 0)
		return status;
	say_without_us();
	return 0;
}

static bool may_be_us(Arena *a, const PlanInput *in, const GoArgs *args, const Plan *plan)
{
	return !in->strict && !was_built(a, plan) && !wants_word(args, "n") &&
	       (str_eq(args->command, S("build")) || str_eq(args->command, S("install")));
}

// unfound is for programs named path@version that we have not found. Mostly there are none, and
// go says so; if it builds them, that is what the user gets.
static int unfound(Arena *a, const PlanInput *in, const StrList *all, Diags *d)
{
	StrList argv = go_command(a, in->go, all);
	ProcSpec spec = {.argv = &argv, .foreground = true};
	ProcResult res;

	if (!proc_run(a, &spec, &res, d))
		return finish(d);
	if (res.status == 0)
		fputs("warning: built without telemetry: otel has not found the packages' module\n",
			stderr);
	return res.status;
}

// One build, which may take several turns.
typedef struct {
	Arena *arena;
	PlanInput *in;
	const GoArgs *args;
	const StrList *all; // go's arguments, as they came
	int turn;
	Plan plan;
	Ending end;
	Diags *diags;
} Build;

enum { TURNS = 4 };

// make_plan plans, if need be after it has mended our cache folder, and says in the first turn what
// there is to say.
static bool make_plan(Build *b)
{
	Arena *a = b->arena;
	Diags *d = b->diags;

	bool ok = plan_make(a, b->in, b->args, &b->plan, d);
	if (!ok && plan_repair(a, b->in)) {
		*d = (Diags){.arena = a};
		ok = plan_make(a, b->in, b->args, &b->plan, d);
	}
	if (b->in->strict)
		diag_harden(d);
	if (!ok || d->nerror > 0)
		return false;
	if (b->turn == 0)
		diag_print(stderr, d); // the warnings, once
	*d = (Diags){.arena = a};
	if (b->turn > 0 || b->plan.plain)
		return true;
	say_modules(&b->plan);
	if (wants_word(b->args, "x"))
		show_woven(&b->plan);
	return true;
}

// add_ours builds what we add, or tries it out, before go does anything with it. *ready tells
// whether that is as it should be.
static bool add_ours(Build *b, bool *ready)
{
	Arena *a = b->arena;

	b->end = (Ending){.refused.arena = a};
	if (b->plan.added.len > 0) {
		if (!add_apart(a, b->in, b->args, &b->plan, &b->end, b->diags))
			return false;
	} else if (b->turn < TURNS - 1 && wants_trial(a, b->args, &b->plan)) {
		if (!try_out(a, b->in, b->args, &b->plan, &b->end, b->diags))
			return false;
	}
	*ready = b->end.status == 0;
	return true;
}

// wants_turn tells whether to plan and build once more: where the cache had lost something, which
// is then made anew, where it was damaged, or without what did not compile, which may take other
// hooks along.
static bool wants_turn(Build *b)
{
	bool failed = b->end.status != 0;

	if (failed && b->end.refused.n == 0 && b->plan.added.len > 0 && !b->end.lost)
		b->end.lost = adding_is_gone(b->arena, &b->plan);
	return b->turn < TURNS - 1 &&
	       ((b->end.lost && b->turn < 2) || (failed && plan_repair(b->arena, b->in)) ||
		       do_without(b->in, &b->end));
}

static int build(Build *b)
{
	Arena *a = b->arena;

	for (;; b->turn++) {
		bool ready;
		if (!make_plan(b))
			return finish(b->diags);
		if (b->plan.plain)
			return b->plan.unfound ? unfound(a, b->in, b->all, b->diags)
					       : exec_go(a, b->in->go, b->all, b->diags);
		if (!add_ours(b, &ready))
			return finish(b->diags);
		if (!ready && b->end.refused.n == 0 && b->plan.added.len > 0) {
			b->in->together = true; // what is wrong, the user's build says best
			continue;
		}
		if (!ready && b->end.refused.n == 0 && !b->in->strict) {
			say_without_us();
			return exec_go(a, b->in->go, b->all, b->diags);
		}
		if (ready && !run_woven(a, b->in, b->args, &b->plan, &b->end, b->diags))
			return finish(b->diags);
		if (!wants_turn(b))
			break;
		b->in->fresh = true;
	}
	if (b->end.status == 1 && may_be_us(a, b->in, b->args, &b->plan))
		return without_us(a, b->in, b->all, b->end.status, b->diags);
	return b->end.status;
}

// go takes -C only as the first flag, and says so.
static bool has_late_chdir(const GoArgs *args)
{
	for (const GoFlag *f = args->flags; f; f = f->next)
		if (str_eq(f->name, S("C")) && f->words > 0 && f->at > 0)
			return true;
	return false;
}

// command_first turns `go -C dir build …` into `go build -C dir …`, the other way
// in which go takes the flag.
static StrList command_first(Arena *a, const StrList *args)
{
	StrList out = {.arena = a};
	Str first = args->n > 0 ? args->v[0] : S("");
	bool alone = str_eq(first, S("-C")) || str_eq(first, S("--C"));
	isize words = alone ? 2 : str_starts(first, S("-C=")) || str_starts(first, S("--C="));

	if (words > 0 && args->n > words)
		strlist_add(&out, args->v[words]);
	else
		words = 0;
	for (isize i = 0; i < args->n; i++)
		if (words == 0 || i != words)
			strlist_add(&out, args->v[i]);
	return out;
}

int cmd_go(Arena *a, const Options *opt, const StrList *given)
{
	StrList ordered = command_first(a, given);
	const StrList *args = &ordered;
	Diags d = {.arena = a};
	StrList rest = {.arena = a};
	GoArgs parsed = {0};
	PlanInput in = {.rules = opt->rules, .only_rules = opt->only_rules, .refused.arena = a};

	in.strict = opt->strict || env_is_on(S("OTEL_GO_STRICT"));
	if (!go_find(a, &in.go, &d))
		return finish(&d);
	bool off = env_is_on(S("OTEL_GO_OFF")) || env_get(S("OTEL_GO_PLAN")).len > 0;
	if (off || args->n == 0 || !is_woven_command(a, args->v[0]))
		return exec_go(a, in.go, args, &d);

	for (isize i = 1; i < args->n; i++)
		strlist_add(&rest, args->v[i]);
	goargs_parse(a, args->v[0], &rest, &parsed);
	if (is_global_flag(parsed.alien) && !str_eq(args->v[0], S("test")))
		return unknown_flag(parsed.alien, global_flags, "go");
	if (parsed.alien.len > 0 && !str_eq(args->v[0], S("test")))
		return exec_go(a, in.go, args, &d); // go refuses it, or is newer than we are
	if (has_late_chdir(&parsed))
		return exec_go(a, in.go, args, &d);
	if (!cache_open(a, &in.cache, &d) || !path_real(a, S("/proc/self/exe"), &in.self, &d))
		return finish(&d);
	Build one = {.arena = a, .in = &in, .args = &parsed, .all = args, .diags = &d};
	return build(&one);
}

int cmd_exec(Arena *a, const StrList *args)
{
	Diags d = {.arena = a};
	StrList env = {.arena = a};
	Str saved = env_get(S("OTEL_GO_SAVED"));

	if (args->n == 0)
		return usage_error("otel exec: no program given");
	while (saved.len > 0)
		strlist_add(&env, str_cut(&saved, '\n'));
	strlist_add(&env, S("OTEL_GO_SAVED"));
	proc_exec(args, &env, &d);
	return finish(&d);
}
