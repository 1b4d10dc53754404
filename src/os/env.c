#include "os/env.h"

#include "os/file.h"

extern char **environ;

Str env_get(Str name)
{
	for (char **e = environ; e && *e; e++) {
		Str entry = str_from(*e);
		if (str_starts(entry, name) && entry.len > name.len && entry.p[name.len] == '=')
			return str_slice(entry, name.len + 1, entry.len);
	}
	return S("");
}

bool env_is_on(Str name)
{
	Str value = env_get(name);

	return value.len > 0 && !str_eq(value, S("0")) && !str_eq(value, S("false"));
}

bool cache_dir(Arena *a, Str *out, Diags *d)
{
	Str own = env_get(S("OTEL_GO_CACHE"));
	Str xdg = env_get(S("XDG_CACHE_HOME"));
	Str home = env_get(S("HOME"));

	if (own.len > 0)
		*out = path_abs(a, own);
	else if (str_starts(xdg, S("/"))) // the XDG specification ignores relative ones
		*out = path_join(a, xdg, S("otel"));
	else if (home.len > 0)
		*out = path_join(a, path_abs(a, home), S(".cache/otel"));
	else
		return diag_fault(d, "no cache folder: neither OTEL_GO_CACHE, XDG_CACHE_HOME nor "
				     "HOME is set") ||
		       diag_help(d, "set OTEL_GO_CACHE to a folder of your own");
	return true;
}

bool cache_open(Arena *a, Str *out, Diags *d)
{
	if (!cache_dir(a, out, d))
		return false;
	if (file_exists(*out) && !file_is_dir(*out))
		return diag_fault(d, "our cache folder '%.*s' is a file", STR_ARG(*out)) ||
		       diag_help(d, "remove it, or set OTEL_GO_CACHE to a folder of your own");
	if (dir_check_private(*out, d))
		return true;
	return diag_help(d,
		"what lies in our cache folder is compiled into programs: set OTEL_GO_CACHE to a "
		"folder of your own that nobody else may write to (chmod 700)");
}
