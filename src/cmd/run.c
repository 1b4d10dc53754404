// run.c - otel run: a woven program beside a receiver that prints its traces.
//
// The receiver is go/runtime/cmd/traceview. It travels with the tool as source, is built by
// the user's own go the first time, and kept in the cache folder:
//
//	CACHE/view/DIGEST       of the bundle that it was built from
#include <signal.h>
#include <unistd.h>

#include "cmd/command.h"
#include "os/env.h"
#include "os/file.h"
#include "os/lock.h"
#include "os/proc.h"
#include "plan/golist.h"
#include "text/bundle.h"

// build_viewer runs go without a network: all that traceview needs is in the bundle.
static bool build_viewer(Arena *a, Str bundle, Str out, Diags *d)
{
	StrList argv = {.arena = a}, env = {.arena = a};
	ProcSpec spec = {.argv = &argv, .env = &env, .capture_err = true};
	ProcResult res;
	Str go;

	if (!go_find(a, &go, d))
		return false;
	spec.dir = path_join(a, bundle, S("go/runtime"));
	strlist_add(&argv, go);
	strlist_add(&argv, S("build"));
	strlist_add(&argv, S("-o"));
	strlist_add(&argv, out);
	strlist_add(&argv, S("./cmd/traceview"));
	strlist_add(&env, str_format(a, "GOPROXY=file://%.*s/proxy", STR_ARG(bundle)));
	strlist_add(&env, S("GOWORK=off"));
	strlist_add(&env, S("GOFLAGS=-buildvcs=false"));
	strlist_add(&env, S("GOOS"));
	strlist_add(&env, S("GOARCH"));
	if (!proc_run(a, &spec, &res, d))
		return false;
	return res.status == 0 ||
	       diag_fault(d, "cannot build the viewer: %.*s", STR_ARG(str_trim(res.err)));
}

// viewer returns the program, built if it is not there.
static bool viewer(Arena *a, Str *out, Diags *d)
{
	Str cache, bundle, temp;
	bool ok = true;
	Lock lock;

	if (!cache_open(a, &cache, d))
		return false;
	Str dir = path_join(a, cache, S("view"));
	*out = path_join(a, dir, str_slice(bundle_digest(), 0, 16));
	if (file_exists(*out))
		return true;
	if (!bundle_ready(a, cache, &bundle, d) || !dir_make_all(dir, d) ||
		!lock_take(&lock, path_join(a, dir, S("lock")), d))
		return false;
	if (!file_exists(*out)) {
		temp = str_format(a, "%.*s.new", STR_ARG(*out));
		if (isatty(STDERR_FILENO) == 1)
			fputs("otel: building the viewer, once\n", stderr);
		ok = build_viewer(a, bundle, temp, d) && file_rename(temp, *out, d);
	}
	lock_drop(&lock);
	return ok;
}

// start_viewer starts it and waits for the address that it says it listens at.
static bool start_viewer(Arena *a, Str program, Str slow, Proc *p, Str *address, Diags *d)
{
	StrList argv = {.arena = a};
	ProcSpec spec = {.argv = &argv, .capture_out = true, .apart = true};
	StrBuf said = {.arena = a};
	char c;

	strlist_add(&argv, program);
	strlist_add(&argv, S("-listen=127.0.0.1:0"));
	strlist_add(&argv, S("-run"));
	if (slow.len > 0)
		strlist_add(&argv, str_format(a, "-slow=%.*s", STR_ARG(slow)));
	if (!proc_start(&spec, p, d))
		return false;
	while (read(p->out, &c, 1) == 1 && c != '\n')
		buf_add(&said, (Str){&c, 1});
	*address = buf_str(&said);
	return address->len > 0 || diag_fault(d, "the viewer does not start");
}

static bool run_program(Arena *a, const StrList *argv, Str address, int *status, Diags *d)
{
	StrList env = {.arena = a};
	ProcSpec spec = {.argv = argv, .env = &env, .foreground = true};
	ProcResult res;

	strlist_add(
		&env, str_format(a, "OTEL_EXPORTER_OTLP_ENDPOINT=http://%.*s", STR_ARG(address)));
	strlist_add(&env, S("OTEL_EXPORTER_OTLP_PROTOCOL=grpc"));
	strlist_add(&env, S("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));
	strlist_add(&env, S("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"));
	strlist_add(&env, S("OTEL_TRACES_EXPORTER=otlp"));
	if (env_get(S("OTEL_BSP_SCHEDULE_DELAY")).len == 0)
		strlist_add(&env, S("OTEL_BSP_SCHEDULE_DELAY=200"));
	if (!proc_run(a, &spec, &res, d))
		return diag_help(d, "it takes a program that 'otel go build -o' has written; one "
				    "in this folder "
				    "begins with ./");
	*status = res.status;
	return true;
}

// is_duration tells whether Go's time.ParseDuration takes it: 200ms, 1.5s, 1m30s.
static bool is_duration(Str s)
{
	static const char *const units[] = {"ns", "us", "ms", "s", "m", "h"};

	if (s.len == 0)
		return false;
	while (s.len > 0) {
		isize digits = 0, unit = 0, known = 0;
		while (digits < s.len &&
			((s.p[digits] >= '0' && s.p[digits] <= '9') || s.p[digits] == '.'))
			digits++;
		for (unit = digits; unit < s.len && s.p[unit] >= 'a' && s.p[unit] <= 'z';)
			unit++;
		for (isize i = 0; i < countof(units); i++)
			known += str_eq(str_slice(s, digits, unit), str_from(units[i]));
		if (digits == 0 || s.p[0] == '.' || known == 0)
			return false;
		s = str_slice(s, unit, s.len);
	}
	return true;
}

int cmd_run(Arena *a, const Options *opt, const StrList *args)
{
	Diags d = {.arena = a};
	Str program, address;
	ProcResult res;
	Flags flags;
	Proc view;
	int status = 0;

	(void)opt;
	if (!flags_read(a, "run", args, &flags, &status))
		return status;
	Str slow = flags_value(&flags, "slow");
	if (flags_has(&flags, "slow") && !is_duration(slow))
		return usage_of(
			"run", "'--slow=%.*s': expected a duration, as in 200ms", STR_ARG(slow));
	if (flags.words.n == 0)
		return usage_wrong(
			S("'otel run ./myapp' runs a program that 'otel go build' has built; "
			  "'otel go run .' builds and runs one"),
			"run: no program given");
	if (!viewer(a, &program, &d) || !start_viewer(a, program, slow, &view, &address, &d))
		return finish(&d);
	bool ran = run_program(a, &flags.words, address, &status, &d);
	kill(view.pid, ran ? SIGTERM : SIGKILL); // the former prints what is left, and the summary
	proc_wait(a, &view, &res);
	return d.nerror > 0 ? finish(&d) : status;
}
