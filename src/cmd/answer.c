#include "cmd/answer.h"

#include <sys/stat.h>

#include "base/hash.h"
#include "base/release.h"
#include "cmd/cmd.h"
#include "os/env.h"
#include "os/file.h"
#include "os/proc.h"
#include "plan/cache.h"

extern char **environ;

// Variables that go sets or the user may set for go, and that tools do not look at.
static bool is_for_go_alone(Str variable)
{
	static const char *const names[] = {
		"GOWORK=", "GOPROXY=", "GOFLAGS=", "GOGC=", "GOCACHE=", "GOMODCACHE="};

	for (isize i = 0; i < countof(names); i++)
		if (str_starts(variable, str_from(names[i])))
			return true;
	return false;
}

// The experiments and the processor that a tool serves are part of what it says.
static void add_environment(Arena *a, Hash *h)
{
	StrList vars = {.arena = a};

	for (char **e = environ; *e; e++)
		if (str_starts(str_from(*e), S("GO")) && !is_for_go_alone(str_from(*e)))
			strlist_add(&vars, str_from(*e));
	strlist_sort(&vars);
	for (isize i = 0; i < vars.n; i++)
		hash_add(h, vars.v[i]);
}

// answer_path returns where the answer is kept; "" for what is no file that we can name.
static Str answer_path(Arena *a, const Tool *t)
{
	Diags none = {.arena = a};
	Str tool = t->argv.v[t->tool], cache;
	struct stat st;
	CPath c;
	Hash h;

	// A -toolexec of the user's own may answer for the tool.
	if (t->tool != 0 || t->argv.n != 2 || !str_starts(tool, S("/")) ||
		stat(path_c(&c, tool), &st) != 0 || !cache_open(a, &cache, &none))
		return S("");
	hash_init(&h);
	hash_add(&h, S("otel " OTEL_VERSION));
	hash_add(&h, tool);
	hash_add(&h, t->argv.v[1]);
	hash_add(&h,
		str_format(a, "%lld %lld %ld %lld", (long long)st.st_size,
			(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (long long)st.st_ino));
	add_environment(a, &h);
	Str digest = str_slice(hash_hex(a, &h), 0, 32);
	return str_format(a, "%.*s/tool/%.*s", STR_ARG(cache), STR_ARG(digest));
}

int answer_version(Arena *a, const Tool *t)
{
	Diags d = {.arena = a};
	ProcSpec spec = {.argv = &t->argv, .capture_out = true};
	ProcResult res;
	Str path = answer_path(a, t), text;

	if (path.len == 0)
		return tool_exec(a, t);
	if (cache_kept(a, path, &text)) {
		cache_used(path);
		fwrite(text.p, 1, (size_t)text.len, stdout);
		return 0;
	}
	if (!proc_run(a, &spec, &res, &d))
		return finish(&d);
	fwrite(res.out.p, 1, (size_t)res.out.len, stdout);
	if (res.status == 0)
		cache_keep(a, path, res.out);
	return res.status;
}
