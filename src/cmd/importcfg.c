#include "cmd/importcfg.h"

#include "base/buf.h"
#include "os/env.h"
#include "os/file.h"
#include "os/proc.h"

bool importcfg_line(Str line, Str *package, Str *file)
{
	Str key = S("packagefile ");

	if (!str_starts(line, key))
		return false;
	line = str_slice(line, key.len, line.len);
	*package = str_cut(&line, '=');
	*file = line;
	return true;
}

StrMap importcfg_packages(Arena *a, Str config)
{
	StrMap packages = {.arena = a};
	Str package, file;

	while (config.len > 0) {
		if (!importcfg_line(str_cut(&config, '\n'), &package, &file))
			continue;
		Str *f = arena_new(a, Str);
		*f = file;
		map_put(&packages, package, f);
	}
	return packages;
}

Str importcfg_archive(Str config, Str path)
{
	Str package, archive;

	while (config.len > 0)
		if (importcfg_line(str_cut(&config, '\n'), &package, &archive) &&
			str_eq(package, path))
			return archive;
	return S("");
}

static bool export_of(Arena *a, Str path, Str *archive, Diags *d)
{
	Str command, name = path_join(a, env_get(S("OTEL_GO_PLAN")), S("exports"));
	StrList argv = {.arena = a}, env = {.arena = a};
	ProcSpec spec = {.argv = &argv, .env = &env, .capture_out = true, .capture_err = true};
	ProcResult res;

	// A compile inside of that command must not leave the package plain in go's cache.
	if (env_get(S("OTEL_GO_NESTED")).len > 0)
		return diag_error(
			d, NULL, (Span){0}, "'%.*s' cannot be imported here", STR_ARG(path));
	if (!file_exists(name)) {
		diag_warn(d, NULL, (Span){0}, "'%.*s' cannot be imported here", STR_ARG(path));
		return false;
	}
	if (!file_read(a, name, &command, d))
		return false;
	while (command.len > 0)
		strlist_add(&argv, str_cut(&command, '\n'));
	strlist_add(&argv, S("--"));
	strlist_add(&argv, path);
	strlist_add(&env, S("OTEL_GO_NESTED=1"));
	if (!proc_run(a, &spec, &res, d))
		return false;
	*archive = str_trim(res.out);
	if (res.status == 0 && archive->len > 0)
		return true;
	diag_warn(d, NULL, (Span){0}, "go cannot build '%.*s': %.*s", STR_ARG(path),
		STR_ARG(str_trim(res.err)));
	return false;
}

bool importcfg_extend(
	Arena *a, const Tool *t, Str work, const StrList *imports, Str *path, Diags *d)
{
	StrBuf more = {.arena = a};
	Str config;

	*path = tool_value(t, "-importcfg");
	if (imports->n == 0)
		return true;
	if (!file_read(a, *path, &config, d))
		return false;
	for (isize i = 0; i < imports->n; i++) {
		Str import = imports->v[i], archive = {0};
		if (importcfg_archive(config, import).len > 0 || str_eq(import, S("unsafe")))
			continue;
		if (!export_of(a, import, &archive, d))
			return false;
		buf_addf(&more, "packagefile %.*s=%.*s\n", STR_ARG(import), STR_ARG(archive));
	}
	if (more.len == 0)
		return true;
	*path = path_join(a, work, S("importcfg"));
	const char *newline = config.len > 0 && !str_ends(config, S("\n")) ? "\n" : "";
	return file_write_atomic(*path,
		str_format(a, "%.*s%s%.*s", STR_ARG(config), newline, STR_ARG(buf_str(&more))),
		0600, d);
}
