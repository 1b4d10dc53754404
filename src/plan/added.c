#include "plan/added.h"

#include <time.h>

#include "base/buf.h"
#include "base/hash.h"
#include "os/file.h"
#include "plan/cache.h"

// What stands in the place of go's answer where a build is not to be done apart.
#define TOGETHER S("together\n")

void added_keep(Arena *a, Str path, Str said)
{
	cache_keep(a, path, said);
}

void added_give_up(Arena *a, Str path)
{
	cache_keep(a, path, TOGETHER);
}

bool added_gave_up(Arena *a, Str path)
{
	Str said;

	return cache_kept(a, path, &said) && str_eq(said, TOGETHER);
}

// One that is worked on has no version, and no sum.
static void put_version(StrBuf *b, Str path, Str version, Str sum)
{
	buf_addf(b, "\t%.*s\t%.*s", STR_ARG(path),
		STR_ARG(version.len > 0 ? version : S("(devel)")));
	buf_addf(b, "\t%.*s\n", STR_ARG(sum));
}

// dep_of writes a module as `go version -m` does, from the columns that are left of a line.
// Source: runtime/debug.BuildInfo.String.
static Str dep_of(Arena *a, Str columns)
{
	StrBuf b = {.arena = a};
	Str path = str_cut(&columns, '\t'), version = str_cut(&columns, '\t');
	Str sum = str_cut(&columns, '\t');

	if (path.len == 0)
		return S("");
	buf_add(&b, S("dep"));
	if (columns.len == 0) {
		put_version(&b, path, version, sum);
		return buf_str(&b);
	}
	buf_addf(&b, "\t%.*s\t%.*s\n=>", STR_ARG(path), STR_ARG(version));
	path = str_cut(&columns, '\t');
	version = str_cut(&columns, '\t');
	put_version(&b, path, version, columns);
	return buf_str(&b);
}

static bool is_there(const Added *added)
{
	for (isize i = 0; i < added->n; i++)
		if (!file_exists(added->v[i].file))
			return false;
	return added->n > 0;
}

bool added_read(Arena *a, Str path, Added *out)
{
	Str said;
	Hash h;

	*out = (Added){0};
	if (path.len == 0 || !cache_kept(a, path, &said))
		return false;
	isize lines = 0;
	for (isize i = 0; i < said.len; i++)
		lines += said.p[i] == '\n';
	out->v = arena_array(a, AddedPackage, lines + 1);
	hash_init(&h);
	while (said.len > 0) {
		Str line = str_cut(&said, '\n');
		AddedPackage one = {.package = str_cut(&line, '\t')};
		one.id = str_cut(&line, '\t');
		one.file = str_cut(&line, '\t');
		one.dep = dep_of(a, line);
		if (one.file.len == 0)
			continue; // unsafe
		Str content = one.id;
		str_cut(&content, '/');
		hash_add(&h, one.package);
		hash_add(&h, content);
		hash_add(&h, one.dep);
		out->v[out->n++] = one;
	}
	out->digest = str_slice(hash_hex(a, &h), 0, 32);
	return is_there(out);
}

bool added_is_known(Str path)
{
	enum { DAY = 24 * 3600 };
	FileInfo f;

	return file_stat(path, &f) && time(NULL) - f.mtime_ns / 1000000000 < DAY;
}
