#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/debug.h"
#include "golang/parse.h"
#include "os/file.h"

// weave_one prints one file. Files that the parser refuses have the length -1.
static void weave_one(Arena *a, Str name, AllForm form, int go, Diags *diags)
{
	Diags refused = {.arena = a};
	Source src = {.name = name};
	Str woven;
	File file;

	if (!file_read(a, name, &src.text, diags))
		return;
	if (!parse_file(a, &src, (ParseOptions){.go = go}, &file, &refused)) {
		printf("file\t%.*s\t-1\n", STR_ARG(name));
		return;
	}
	weave_all(a, &file, form, &woven);
	printf("file\t%.*s\t%td\n", STR_ARG(name), woven.len);
	fwrite(woven.p, 1, (size_t)woven.len, stdout);
}

int debug_weave(const StrList *names, AllForm form, int go, Diags *diags)
{
	Arena each = {0};

	for (isize i = 0; i < names->n; i++) {
		weave_one(&each, names->v[i], form, go, diags);
		arena_free(&each);
	}
	return finish(diags);
}
