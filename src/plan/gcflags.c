#include "plan/gcflags.h"

#include "os/path.h"
#include "plan/match.h"

bool pattern_matches(Str pattern, Str path)
{
	isize dots = str_find(pattern, S("..."));

	if (dots < 0)
		return str_eq(pattern, path);
	if (str_ends(pattern, S("/...")) && dots == pattern.len - 3 &&
		str_eq(str_slice(pattern, 0, pattern.len - 4), path))
		return true;
	Str head = str_slice(pattern, 0, dots), tail = str_slice(pattern, dots + 3, pattern.len);
	if (!str_starts(path, head))
		return false;
	for (isize i = head.len; i <= path.len; i++)
		if (pattern_matches(tail, str_slice(path, i, path.len)))
			return true;
	return false;
}

static bool is_relative(Str pattern)
{
	return str_eq(pattern, S(".")) || str_eq(pattern, S("..")) ||
	       str_starts(pattern, S("./")) || str_starts(pattern, S("../"));
}

// A pattern that begins with a dot is about folders, seen from where go works.
static bool relative_matches(const GoArgs *args, Str pattern, const Package *p)
{
	Arena a = {0};
	Str dir = path_abs(&a, goargs_last(args, S("C")));
	bool matches = pattern_matches(path_clean(&a, path_join(&a, dir, pattern)), p->dir);

	arena_free(&a);
	return matches;
}

static bool matches(const GoArgs *args, Str pattern, const Package *p)
{
	if (str_eq(pattern, S("all")))
		return true;
	if (str_eq(pattern, S("std")))
		return p->standard;
	if (is_relative(pattern))
		return relative_matches(args, pattern, p);
	return pattern_matches(pattern, package_path(p));
}

Str gcflags_for(const GoArgs *args, const Package *p)
{
	Str flags = {0};

	for (const GoFlag *f = args->flags; f; f = f->next) {
		if (!str_eq(f->name, S("gcflags")))
			continue;
		Str value = str_trim(f->value);
		isize eq = str_find(value, S("="));
		bool has_pattern = value.len > 0 && value.p[0] != '-' && eq >= 0;
		if (!has_pattern && p->named)
			flags = value;
		else if (has_pattern && matches(args, str_slice(value, 0, eq), p))
			flags = str_slice(value, eq + 1, value.len);
	}
	return flags;
}
