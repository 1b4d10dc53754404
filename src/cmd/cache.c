// cache.c - otel cache: our cache folder, shown, trimmed and emptied.
#include "plan/cache.h"

#include "cmd/command.h"
#include "os/env.h"
#include "os/file.h"

static void put_size(int64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	double n = (double)bytes;
	int unit = 0;

	while (n >= 1000 && unit + 1 < countof(units)) {
		n /= 1000;
		unit++;
	}
	printf("%7.*f %-2s", unit == 0 || n >= 100 ? 0 : 1, n, units[unit]);
}

static int show(Str cache)
{
	CachePart parts[CACHE_PARTS];
	int64_t sum = 0;

	cache_parts(cache, parts);
	printf("%.*s\n", STR_ARG(cache));
	for (isize i = 0; i < CACHE_PARTS; i++) {
		if (parts[i].entries == 0)
			continue;
		printf("  %-7s %5td  ", parts[i].name, parts[i].entries);
		put_size(parts[i].bytes);
		printf("  %s\n", parts[i].what);
		sum += parts[i].bytes;
	}
	printf("  %-7s %5s  ", "all", "");
	put_size(sum);
	printf("\n");
	return 0;
}

static int trim(Str cache, int64_t seconds, Diags *d)
{
	int64_t freed;

	cache_trim(cache, seconds, &freed, d);
	printf("freed");
	put_size(freed);
	printf("\n");
	return finish(d);
}

int cmd_cache(Arena *a, const Options *opt, const StrList *args)
{
	Diags d = {.arena = a};
	Flags flags;
	Str cache;
	int status;

	(void)opt;
	if (!flags_read(a, "cache", args, &flags, &status))
		return status;
	Str word = flags.words.n > 0 ? flags.words.v[0] : S("");
	bool is_trim = str_eq(word, S("trim")), is_clean = str_eq(word, S("clean"));
	if (word.len > 0 && !is_trim && !is_clean)
		return unknown_word("cache", word);
	if (flags.words.n > 1)
		return usage_of("cache", "it takes one word, trim or clean, or none");
	if (!cache_open(a, &cache, &d))
		return finish(&d);
	if (word.len == 0)
		return show(cache);
	return trim(cache, is_trim ? (int64_t)CACHE_DAYS * 24 * 3600 : 0, &d);
}
