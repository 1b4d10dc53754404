// doctor.c - otel doctor: what keeps telemetry from working here.
//
// Each check prints a line: what is fine, what is wrong and what to do about it.
#include <time.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/environment.h"
#include "cmd/probe.h"
#include "cmd/screen.h"
#include "os/env.h"
#include "os/file.h"
#include "plan/golist.h"
#include "plan/version.h"

typedef struct {
	Arena *arena;
	Screen on;
	isize nwrong;
} Doctor;

static void fine(Doctor *d, const char *what, Str text)
{
	printf("%sok%s     %-12s %.*s\n", d->on.green, d->on.off, what, STR_ARG(text));
}

static void remark(Doctor *d, bool is_wrong, const char *what, Str text, Str help)
{
	const char *color = is_wrong ? d->on.red : d->on.yellow;

	d->nwrong += is_wrong;
	printf("%s%-5s%s  %-12s %.*s\n", color, is_wrong ? "wrong" : "note", d->on.off, what,
		STR_ARG(text));
	if (help.len > 0)
		printf("       %-12s %shelp:%s %.*s\n", "", d->on.bold, d->on.off, STR_ARG(help));
}

// said returns what a failed step has put into diags.
static Str said(const Diags *diags)
{
	return diags->last ? diags->last->text : S("it failed");
}

// ---- go

static void check_go(Doctor *d)
{
	Diags diags = {.arena = d->arena};
	GoArgs none = {0};
	GoEnv env;
	Str go;

	if (!go_find(d->arena, &go, &diags)) {
		remark(d, true, "go", said(&diags),
			S("install Go 1.24 or newer: https://go.dev/doc/install"));
		return;
	}
	if (!go_env(d->arena, go, &none, &env, &diags)) {
		remark(d, true, "go", said(&diags), S("run 'go env' by hand"));
		return;
	}
	Str text = str_format(d->arena, "%.*s, %.*s", STR_ARG(env.version), STR_ARG(go));
	if (str_starts(env.version, S("go")) && version_cmp(env.version, S("go1.24")) < 0)
		remark(d, true, "go", text, S("otel weaves with Go 1.24 and newer"));
	else
		fine(d, "go", text);
	if (env.mod.len == 0 && env.work.len == 0)
		remark(d, false, "module", S("there is no go.mod here or above: nothing to build"),
			S(""));
	else
		fine(d, "module", env.work.len > 0 ? env.work : env.mod);
}

// ---- the cache folder

static int64_t tree_size(Str path)
{
	Arena a = {0};
	Diags none = {.arena = &a};
	StrList names = {.arena = &a};
	FileInfo info;
	int64_t size = 0;

	if (!file_stat(path, &info))
		return 0;
	if (!info.is_dir)
		return info.size;
	dir_list(path, &names, &none);
	for (isize i = 0; i < names.n; i++)
		size += tree_size(path_join(&a, path, names.v[i]));
	arena_free(&a);
	return size;
}

static Str sizes(Doctor *d, Str cache)
{
	static const char *const parts[] = {"bundle", "mark", "plan", "memo", "view"};
	StrBuf b = {.arena = d->arena};

	buf_addf(&b, "%.*s:", STR_ARG(cache));
	for (isize i = 0; i < countof(parts); i++) {
		int64_t size = tree_size(path_join(d->arena, cache, str_from(parts[i])));
		if (size > 0)
			buf_addf(&b, " %s %.1f MB", parts[i], (double)size / 1e6);
	}
	return buf_str(&b);
}

static void check_cache(Doctor *d)
{
	Diags diags = {.arena = d->arena};
	CPath c;
	Str cache;

	if (!cache_dir(d->arena, &cache, &diags)) {
		remark(d, true, "cache", said(&diags),
			S("set OTEL_GO_CACHE to a folder of your own"));
		return;
	}
	if (!file_exists(cache)) {
		fine(d, "cache", str_format(d->arena, "%.*s: not there yet", STR_ARG(cache)));
		return;
	}
	if (!dir_check_private(cache, &diags))
		remark(d, true, "cache", said(&diags),
			S("'chmod 700' it, or set OTEL_GO_CACHE to a folder of your own"));
	else if (access(path_c(&c, cache), W_OK) != 0)
		remark(d, true, "cache",
			str_format(d->arena, "'%.*s' cannot be written to", STR_ARG(cache)),
			S("set OTEL_GO_CACHE to a folder that can"));
	else
		fine(d, "cache", sizes(d, cache));
}

// ---- variables, endpoints, clock

static void check_environment(Doctor *d)
{
	Remark *first = NULL;

	environment_check(d->arena, &first);
	if (!first)
		fine(d, "environment", S("the OTEL_* variables are understood"));
	for (const Remark *r = first; r; r = r->next)
		remark(d, r->wrong, "environment", r->text, r->help);
}

static void check_endpoint(Doctor *d, const char *signal, int64_t *clock)
{
	Probe p;

	probe_endpoint(d->arena, signal, &p);
	if (p.date != 0)
		*clock = p.date;
	if (!p.asked)
		remark(d, false, "endpoint", p.text, p.help);
	else if (p.ok)
		fine(d, "endpoint", p.text);
	else
		remark(d, true, "endpoint", p.text, p.help);
}

static bool has_own_endpoint(Doctor *d, const char *signal)
{
	return env_get(str_format(d->arena, "OTEL_EXPORTER_OTLP_%s_ENDPOINT", signal)).len > 0;
}

static void check_clock(Doctor *d, int64_t theirs)
{
	enum { TOLERATED = 60, BORN = 1750000000 };
	int64_t ours = (int64_t)time(NULL), off = theirs ? ours - theirs : 0;

	if (ours < BORN)
		remark(d, true, "clock", S("it is before the year in which otel was made"),
			S("set the clock: spans would be filed under another day"));
	else if (off > TOLERATED || off < -TOLERATED)
		remark(d, true, "clock",
			str_format(d->arena, "%lld seconds %s that of the endpoint",
				(long long)(off < 0 ? -off : off), off < 0 ? "behind" : "ahead of"),
			S("set the clocks by NTP: spans of several machines are ordered by time"));
	else
		fine(d, "clock", theirs ? S("agrees with the endpoint's") : S("plausible"));
}

int cmd_doctor(Arena *a, const Options *opt, const StrList *args)
{
	int64_t clock = 0;
	Flags flags;
	int status;

	(void)opt;
	if (!flags_read(a, "doctor", args, &flags, &status))
		return status;
	if (flags.words.n > 0)
		return usage_of("doctor", "it takes no arguments");
	Doctor d = {.arena = a, .on = screen_start(stdout, flags_value(&flags, "color"))};
	check_go(&d);
	check_cache(&d);
	check_environment(&d);
	check_endpoint(&d, "TRACES", &clock);
	if (has_own_endpoint(&d, "METRICS"))
		check_endpoint(&d, "METRICS", &clock);
	if (has_own_endpoint(&d, "LOGS"))
		check_endpoint(&d, "LOGS", &clock);
	check_clock(&d, clock);
	if (d.nwrong > 0)
		printf("\n%td wrong\n", d.nwrong);
	return d.nwrong > 0 ? EXIT_DIAGNOSTICS : 0;
}
