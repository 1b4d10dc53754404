#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/cmd.h"
#include "cmd/debug.h"
#include "golang/imports.h"
#include "os/file.h"

static int64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// What a pass used.
typedef struct {
	int64_t arena, source;
} Used;

static void pass_parse(Arena *each, const Source *files, isize n, Used *used)
{
	for (isize i = 0; i < n; i++) {
		Diags diags = {.arena = each};
		File file;
		parse_file(each, &files[i], (ParseOptions){0}, &file, &diags);
		used->arena += arena_used(each);
		used->source += files[i].text.len;
		arena_rewind(each, (ArenaMark){0});
	}
}

static void pass_imports(Arena *each, const Source *files, isize n, Used *used)
{
	for (isize i = 0; i < n; i++) {
		Source src = {.name = files[i].name};
		Diags refused = {.arena = each};
		File file;
		imports_read(each, &src, &file, &refused);
		used->arena += arena_used(each);
		used->source += src.text.len;
		arena_rewind(each, (ArenaMark){0});
	}
}

int debug_bench(Arena *a, const StrList *names)
{
	Source *files = arena_array(a, Source, names->n);
	Diags diags = {.arena = a};
	Arena each = {0}; // for one file; it keeps its memory for the next
	char line[32];

	for (isize i = 0; i < names->n; i++) {
		files[i].name = names->v[i];
		if (!file_read(a, names->v[i], &files[i].text, &diags))
			return finish(&diags);
	}
	while (fgets(line, sizeof(line), stdin)) {
		Used used = {0};
		bool parse = strcmp(line, "parse\n") == 0;
		clockid_t clock = parse ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
		int64_t start = now(clock);
		if (parse)
			pass_parse(&each, files, names->n, &used);
		else
			pass_imports(&each, files, names->n, &used);
		printf("%lld %lld %lld\n", (long long)(now(clock) - start), (long long)used.arena,
			(long long)used.source);
		fflush(stdout);
	}
	return 0;
}
