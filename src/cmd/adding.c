#include "cmd/adding.h"

#include "base/buf.h"
#include "base/hash.h"
#include "cmd/show.h"
#include "plan/added.h"
#include "plan/sums.h"

bool adding_is_done(Arena *a, const Plan *plan)
{
	Added added;

	return plan->kept && added_is_known(plan->added) && added_read(a, plan->added, &added);
}

// A run of go that builds it, and what that says, which without -v and -x is nobody's business if
// all goes well.
typedef struct {
	Progress progress;
	bool watched, talks;
	StrBuf said;
} Adding;

static void adding_piece(void *to, Str piece)
{
	Adding *ad = to;

	if (ad->talks)
		fwrite(piece.p, 1, (size_t)piece.len, stderr);
	else
		buf_add(&ad->said, piece);
	if (ad->watched && piece.len == 0)
		progress_piece(&ad->progress, piece);
}

bool adding_run(Arena *a, const GoArgs *args, const Plan *plan, const StrList *env, ProcResult *res,
	Diags *d)
{
	StrList argv = {.arena = a}, all = {.arena = a};
	Adding ad = {.talks = wants_word(args, "v") || wants_word(args, "x"), .said.arena = a};
	ProcSpec spec = {.argv = &argv,
		.env = &all,
		.capture_out = true,
		.foreground = true,
		.on_err = adding_piece,
		.to = &ad};

	for (isize i = 0; i < plan->adding.n; i++)
		strlist_add(&argv, plan->adding.v[i]);
	for (isize i = 0; i < env->n; i++)
		strlist_add(&all, env->v[i]);
	for (isize i = 0; i < plan->adding_env.n; i++)
		strlist_add(&all, plan->adding_env.v[i]);
	if (wants_word(args, "x"))
		show_command(&plan->adding_env, &argv);
	ad.watched = progress_start(a, args, plan, &ad.progress);
	if (ad.watched)
		strlist_add(
			&all, str_format(a, "OTEL_GO_PROGRESS=%.*s", STR_ARG(ad.progress.counter)));
	bool ran = proc_run(a, &spec, res, d);
	progress_end(&ad.progress);
	res->err = buf_str(&ad.said);
	if (ran && res->status == 0) {
		sums_keep(a, plan->dir);
		added_keep(a, plan->added, res->out);
	}
	return ran;
}

void adding_name(Arena *a, Plan *plan)
{
	Added added;
	Hash h;

	if (!added_read(a, plan->added, &added))
		return;
	for (isize i = 0; i < plan->args.n; i++) {
		if (!str_starts(plan->args.v[i], PLAN_MARKS))
			continue;
		hash_init(&h);
		hash_add(&h, plan->args.v[i]);
		hash_add(&h, added.digest);
		plan->args.v[i] = str_format(a, "%.*s%.*s", STR_ARG(PLAN_MARKS),
			STR_ARG(str_slice(hash_hex(a, &h), 0, 32)));
	}
}

bool adding_is_gone(Arena *a, const Plan *plan)
{
	Added added;

	if (added_read(a, plan->added, &added))
		return false;
	fputs("otel: a package that it adds was no longer in go's cache: building it again\n",
		stderr);
	return true;
}
