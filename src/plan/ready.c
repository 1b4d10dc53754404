#include "plan/ready.h"

#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "os/file.h"
#include "plan/cache.h"
#include "plan/planner.h"
#include "plan/store.h"

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// is_usual tells whether go compiles packages of others in this build as it does in most: with
// these flags it does not, or we cannot ask it to, or it compiles nothing or all. Behind a flag
// that we don't know may stand any other.
static bool is_usual(const GoArgs *args)
{
	static const char *const flags[] = {"a", "cover", "covermode", "coverpkg", "coverprofile",
		"gcflags", "linkshared", "n", "overlay"};
	Str pgo = goargs_last(args, S("pgo"));

	for (isize i = 0; i < countof(flags); i++)
		if (goargs_last(args, str_from(flags[i])).len > 0)
			return false;
	if (args->alien.len > 0)
		return false;
	return pgo.len == 0 || str_eq(pgo, S("auto")) || str_eq(pgo, S("off"));
}

// to_ask returns the packages of which a plain archive would be of use: the woven build has them
// from the same files, and has not compiled them before.
static StrList to_ask(Planner *p)
{
	StrList packages = {.arena = p->arena};

	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		if (!w->led && w->package->for_test.len == 0 &&
			!str_eq(w->package->name, S("main")) &&
			planner_is_in_place(p, w->package) &&
			!file_exists(outcome_note(p->arena, p->env.cache, w->digest)))
			strlist_add(&packages, w->package->path);
	}
	return packages;
}

void planner_ask_ready(Planner *p)
{
	Arena *a = p->arena;
	StrList packages = to_ask(p);
	Str path = p->ready, said = S("");
	StrBuf b = {.arena = a};

	p->ready = S("");
	buf_addf(&b, "%lld\n", (long long)now_ns());
	isize head = b.len;
	if (packages.n == 0 || !is_usual(p->args) ||
		!go_archives(
			a, &p->env, p->args, planner_toolexec(p, " --known"), &packages, &said))
		return;
	while (said.len > 0) {
		Str line = str_cut(&said, '\n');
		if (!str_ends(line, S("=")))
			buf_addf(&b, "%.*s\n", STR_ARG(line));
	}
	if (b.len == head)
		return;
	cache_keep(a, path, buf_str(&b));
	p->ready = path;
}

bool ready_read(Arena *a, Str path, Ready *out)
{
	if (path.len == 0 || !cache_kept(a, path, &out->lines))
		return false;
	out->asked_ns = strtoll(str_cstr(a, str_cut(&out->lines, '\n')), NULL, 10);
	return true;
}

Str ready_find(const Ready *r, Str package)
{
	Str rest = r->lines;

	while (rest.len > 0) {
		Str line = str_cut(&rest, '\n');
		if (str_starts(line, package) && line.len > package.len &&
			line.p[package.len] == '=')
			return str_slice(line, package.len + 1, line.len);
	}
	return S("");
}
