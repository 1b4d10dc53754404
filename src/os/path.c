#include "os/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/list.h"

Str path_join(Arena *arena, Str a, Str b)
{
	if (a.len == 0 || str_starts(b, S("/")))
		return b;
	if (b.len == 0)
		return a;
	return str_format(
		arena, "%.*s%s%.*s", STR_ARG(a), str_ends(a, S("/")) ? "" : "/", STR_ARG(b));
}

// last_slash returns the offset of the last slash, or -1.
static isize last_slash(Str path)
{
	isize i = path.len - 1;

	while (i >= 0 && path.p[i] != '/')
		i--;
	return i;
}

Str path_base(Str path)
{
	return str_slice(path, last_slash(path) + 1, path.len);
}

Str path_dir(Str path)
{
	isize slash = last_slash(path);

	if (slash < 0)
		return S(".");
	return str_slice(path, 0, slash == 0 ? 1 : slash);
}

Str path_clean(Arena *a, Str path)
{
	StrList parts = {.arena = a};

	while (path.len > 0) {
		Str part = str_cut(&path, '/');
		if (str_eq(part, S("..")))
			parts.n -= parts.n > 0;
		else if (part.len > 0 && !str_eq(part, S(".")))
			strlist_add(&parts, part);
	}
	Str rest = str_join(a, &parts, S("/"));
	return str_format(a, "/%.*s", STR_ARG(rest));
}

Str path_abs(Arena *a, Str path)
{
	char cwd[PATH_MAX];

	if (str_starts(path, S("/")) || !getcwd(cwd, sizeof(cwd)))
		return path;
	// path_join may return cwd itself, which does not outlive us.
	bool here = path.len == 0 || str_eq(path, S("."));
	return here ? str_dup(a, str_from(cwd)) : path_join(a, str_from(cwd), path);
}

bool path_real(Arena *a, Str path, Str *out, Diags *d)
{
	CPath c;
	char real[PATH_MAX];

	if (!realpath(path_c(&c, path), real))
		return diag_fault(d, "cannot find '%.*s': %s", STR_ARG(path), strerror(errno));
	*out = str_dup(a, str_from(real));
	return true;
}

const char *path_c(CPath *c, Str path)
{
	c->s[0] = '\0';
	if (path.len == 0 || path.len >= (isize)sizeof(c->s) ||
		memchr(path.p, '\0', (size_t)path.len))
		return c->s;
	memcpy(c->s, path.p, (size_t)path.len);
	c->s[path.len] = '\0';
	return c->s;
}
