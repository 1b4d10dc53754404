#include "cmd/plain.h"

#include "base/hash.h"
#include "cmd/importcfg.h"
#include "os/env.h"
#include "os/file.h"
#include "plan/ready.h"
#include "weave/archive.h"
#include "weave/object.h"

// What go tells the compiler of a package without assembly, Go 1.24 to 1.27.
// Source: cmd/go/internal/work.gcToolchain.gc.
static const char *const with_value[] = {"-buildid", "-c", "-goversion", "-importcfg",
	"-installsuffix", "-lang", "-o", "-p", "-trimpath"};
static const char *const without[] = {
	"-asan", "-complete", "-msan", "-nolocalimports", "-pack", "-race", "-shared", "-std"};

// words returns how many words the flag takes: 0 for one that is not of the usual ones.
static isize words(Str arg)
{
	for (isize i = 0; i < countof(without); i++)
		if (str_eq(arg, str_from(without[i])))
			return 1;
	for (isize i = 0; i < countof(with_value); i++) {
		Str name = str_from(with_value[i]);
		if (str_eq(arg, name))
			return 2;
		if (str_starts(arg, name) && arg.p[name.len] == '=')
			return 1;
	}
	return 0;
}

bool plain_suits(const Tool *t, isize first_file)
{
	isize i = t->tool + 1;

	for (isize n; i < first_file; i += n)
		if ((n = words(t->argv.v[i])) == 0)
			return false;
	for (isize k = first_file; k < t->argv.n; k++)
		if (str_ends(t->argv.v[k], S("_test.go")))
			return false;
	return i == first_file && i < t->argv.n;
}

// A file that was written a moment before may have the time of the moment after.
#define MOMENT 20000000

static bool are_older(const Tool *t, isize first_file, int64_t asked_ns)
{
	FileInfo info;

	for (isize i = first_file; i < t->argv.n; i++)
		if (!file_stat(t->argv.v[i], &info) || info.mtime_ns > asked_ns - MOMENT)
			return false;
	return true;
}

// Go names what it caches by its digest; programs that keep its cache do so too, mostly.
static bool is_whole(Arena *a, Str path, Str text)
{
	return str_find(path_base(path), hash_bytes(a, text)) >= 0;
}

// is_import tells whether the archive is what another one, of that compiler, has imported.
static bool is_import(Arena *a, Str path, Str compiler, Str fingerprint)
{
	Diags unsaid = {.arena = a};
	FileInfo info;
	Str head;

	if (!file_stat(path, &info) || !file_read_head(a, path, ARCHIVE_HEAD, &head, &unsaid))
		return false;
	isize size = archive_head_size(head);
	if (size > info.size)
		size = (isize)info.size;
	return file_read_head(a, path, size, &head, &unsaid) &&
	       str_eq(archive_compiler(head), compiler) &&
	       str_eq(object_fingerprint(object_find(archive_head_code(head))), fingerprint);
}

bool plain_imports(Arena *a, Str archive, Str config)
{
	Str object = object_find(archive_bare(archive)), compiler = archive_compiler(archive);
	ObjectImport import;

	if (!object_known(object) || compiler.len == 0)
		return false;
	for (isize n = 0; object_import(object, n, &import); n++) {
		Str path = importcfg_archive(config, import.path);
		if (!is_import(a, path, compiler, import.fingerprint))
			return false;
	}
	return true;
}

bool plain_take(Arena *a, const Tool *t, isize first_file)
{
	Diags unsaid = {.arena = a};
	Str archive, config, made;
	Ready ready;

	if (!plain_suits(t, first_file) || !ready_read(a, env_get(S("OTEL_GO_READY")), &ready))
		return false;
	Str path = ready_find(&ready, tool_value(t, "-p"));
	return file_exists(path) && are_older(t, first_file, ready.asked_ns) &&
	       file_read(a, path, &archive, &unsaid) && is_whole(a, path, archive) &&
	       file_read(a, tool_value(t, "-importcfg"), &config, &unsaid) &&
	       plain_imports(a, archive, config) &&
	       archive_set_id(a, archive, tool_value(t, "-buildid"), &made) &&
	       file_write_atomic(tool_value(t, "-o"), made, 0600, &unsaid);
}
