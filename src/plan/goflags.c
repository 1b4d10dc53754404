#include "plan/goflags.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
	const char *name;
	bool takes_value;
	FlagUse use;
} FlagRow;

// Sorted by name; tests/unit/t_plan.c checks it. The test flags are known by
// their short names: go test accepts -run as well as -test.run.
static const FlagRow flag_rows[] = {
	{"C", true, FLAG_BUILD},
	{"a", false, FLAG_OTHER},
	{"artifacts", false, FLAG_OTHER},
	{"asan", false, FLAG_BUILD},
	{"asmflags", true, FLAG_OTHER},
	{"bench", true, FLAG_OTHER},
	{"benchmem", false, FLAG_OTHER},
	{"benchtime", true, FLAG_OTHER},
	{"blockprofile", true, FLAG_OTHER},
	{"blockprofilerate", true, FLAG_OTHER},
	{"buildmode", true, FLAG_BUILD},
	{"buildvcs", false, FLAG_OTHER},
	{"c", false, FLAG_OTHER},
	{"compiler", true, FLAG_BUILD},
	{"count", true, FLAG_OTHER},
	{"cover", false, FLAG_OTHER},
	{"covermode", true, FLAG_OTHER},
	{"coverpkg", true, FLAG_OTHER},
	{"coverprofile", true, FLAG_OTHER},
	{"cpu", true, FLAG_OTHER},
	{"cpuprofile", true, FLAG_OTHER},
	{"debug-actiongraph", true, FLAG_OTHER},
	{"debug-runtime-trace", true, FLAG_OTHER},
	{"debug-trace", true, FLAG_OTHER},
	{"exec", true, FLAG_OURS},
	{"failfast", false, FLAG_OTHER},
	{"fullpath", false, FLAG_OTHER},
	{"fuzz", true, FLAG_OTHER},
	{"fuzzminimizetime", true, FLAG_OTHER},
	{"fuzztime", true, FLAG_OTHER},
	{"gccgoflags", true, FLAG_OTHER},
	{"gcflags", true, FLAG_OURS},
	{"installsuffix", true, FLAG_BUILD},
	{"json", false, FLAG_OTHER},
	{"ldflags", true, FLAG_OTHER},
	{"linkshared", false, FLAG_BUILD},
	{"list", true, FLAG_OTHER},
	{"memprofile", true, FLAG_OTHER},
	{"memprofilerate", true, FLAG_OTHER},
	{"mod", true, FLAG_BUILD},
	{"modcacherw", false, FLAG_BUILD},
	{"modfile", true, FLAG_BUILD},
	{"msan", false, FLAG_BUILD},
	{"mutexprofile", true, FLAG_OTHER},
	{"mutexprofilefraction", true, FLAG_OTHER},
	{"n", false, FLAG_OTHER},
	{"o", true, FLAG_OTHER},
	{"outputdir", true, FLAG_OTHER},
	{"overlay", true, FLAG_OURS},
	{"p", true, FLAG_OTHER},
	{"parallel", true, FLAG_OTHER},
	{"pgo", true, FLAG_OTHER},
	{"pkgdir", true, FLAG_OTHER},
	{"race", false, FLAG_BUILD},
	{"run", true, FLAG_OTHER},
	{"short", false, FLAG_OTHER},
	{"shuffle", true, FLAG_OTHER},
	{"skip", true, FLAG_OTHER},
	{"tags", true, FLAG_BUILD},
	{"timeout", true, FLAG_OTHER},
	{"toolexec", true, FLAG_OURS},
	{"trace", true, FLAG_OTHER},
	{"trimpath", false, FLAG_BUILD},
	{"v", false, FLAG_OTHER},
	{"vet", true, FLAG_OTHER},
	{"work", false, FLAG_OTHER},
	{"x", false, FLAG_OTHER},
};

static int compare_row(const void *key, const void *row)
{
	const Str *name = key;

	return str_cmp(*name, str_from(((const FlagRow *)row)->name));
}

static const FlagRow *find_row(Str name)
{
	if (str_starts(name, S("test.")))
		name = str_slice(name, 5, name.len);
	return bsearch(
		&name, flag_rows, (size_t)countof(flag_rows), sizeof(flag_rows[0]), compare_row);
}

static bool is_flag(Str arg)
{
	return arg.len > 1 && arg.p[0] == '-';
}

static void add_flag(Arena *a, GoArgs *out, GoFlag flag)
{
	GoFlag **link = &out->flags;

	while (*link)
		link = &(*link)->next;
	*link = arena_new(a, GoFlag);
	**link = flag;
}

// parse_flag reads argv[i] as a flag, with argv[i + 1] where that is its value.
// It returns how many arguments that took; 0 for a flag that we do not know.
static isize parse_flag(Arena *a, const StrList *argv, isize i, GoArgs *out)
{
	Str arg = argv->v[i];
	Str text = str_slice(arg, str_starts(arg, S("--")) ? 2 : 1, arg.len);
	isize eq = str_find(text, S("="));
	Str name = eq < 0 ? text : str_slice(text, 0, eq);
	const FlagRow *row = find_row(name);

	if (!row) {
		if (out->alien.len == 0)
			out->alien = arg;
		return 0;
	}
	GoFlag flag = {.name = name, .use = row->use, .has_value = eq >= 0};
	if (eq >= 0)
		flag.value = str_slice(text, eq + 1, text.len);
	else if (row->takes_value && i + 1 < argv->n) {
		flag.value = argv->v[i + 1];
		flag.has_value = true;
	}
	flag.at = i;
	flag.words = eq < 0 && flag.has_value ? 2 : 1;
	add_flag(a, out, flag);
	return flag.words;
}

// A list of .go files, or one package, is what `go run` runs.
static isize parse_run_packages(const StrList *argv, isize i, GoArgs *out)
{
	isize first = i;

	while (i < argv->n && str_ends(argv->v[i], S(".go")))
		strlist_add(&out->packages, argv->v[i++]);
	if (i == first && i < argv->n)
		strlist_add(&out->packages, argv->v[i++]);
	return i;
}

// Behind the packages of `go test` come more flags, ours and the test's own.
static isize parse_test_flags(Arena *a, const StrList *argv, isize i, GoArgs *out)
{
	while (i < argv->n && is_flag(argv->v[i])) {
		if (str_eq(argv->v[i], S("-args")) || str_eq(argv->v[i], S("--args")))
			break;
		isize took = parse_flag(a, argv, i, out);
		if (took == 0)
			break; // the test binary's own: it and what follows are not for go
		i += took;
	}
	return i;
}

void goargs_parse(Arena *a, Str command, const StrList *argv, GoArgs *out)
{
	isize i = 0;

	out->command = command;
	out->packages.arena = out->rest.arena = out->all.arena = a;
	for (isize k = 0; k < argv->n; k++)
		strlist_add(&out->all, argv->v[k]);

	while (i < argv->n && is_flag(argv->v[i])) {
		if (str_eq(argv->v[i], S("--"))) {
			i++;
			break;
		}
		isize took = parse_flag(a, argv, i, out);
		if (took == 0)
			break;
		i += took;
	}
	if (str_eq(command, S("run")))
		i = parse_run_packages(argv, i, out);
	else
		while (i < argv->n && !is_flag(argv->v[i]))
			strlist_add(&out->packages, argv->v[i++]);
	if (str_eq(command, S("test")))
		i = parse_test_flags(a, argv, i, out);
	while (i < argv->n)
		strlist_add(&out->rest, argv->v[i++]);
}

// next_word cuts one word off *rest, at spaces, unless quoted.
static bool next_word(Str *rest, Str *word)
{
	Str s = *rest;
	isize i = 0;

	while (i < s.len && memchr(" \t\n\r", s.p[i], 4))
		i++;
	if (i == s.len)
		return false;
	char quote = s.p[i] == '"' || s.p[i] == '\'' ? s.p[i++] : '\0';
	isize from = i;
	while (i < s.len && (quote ? s.p[i] != quote : !memchr(" \t\n\r", s.p[i], 4)))
		i++;
	*word = str_slice(s, from, i);
	*rest = str_slice(s, i + (quote && i < s.len), s.len);
	return true;
}

void goargs_words(Str text, StrList *out)
{
	Str word;

	while (next_word(&text, &word))
		strlist_add(out, word);
}

Str goargs_quote(Arena *a, Str word)
{
	const char *quote = str_find(word, S(" ")) < 0   ? ""
			    : str_find(word, S("'")) < 0 ? "'"
							 : "\"";

	return str_format(a, "%s%.*s%s", quote, STR_ARG(word), quote);
}

void goargs_from_env(Arena *a, Str goflags, GoArgs *out)
{
	StrList words = {.arena = a};
	GoFlag *given = out->flags;

	goargs_words(goflags, &words);
	out->flags = NULL;
	for (isize i = 0; i < words.n; i++) {
		// In GOFLAGS a value stands behind '=', never in an entry of its own.
		StrList one = {.arena = a};
		strlist_add(&one, words.v[i]);
		parse_flag(a, &one, 0, out);
	}
	for (GoFlag *f = out->flags; f; f = f->next)
		f->words = 0;
	GoFlag **link = &out->flags;
	while (*link)
		link = &(*link)->next;
	*link = given;
}

Str goargs_last(const GoArgs *args, Str name)
{
	Str value = {0};

	for (const GoFlag *f = args->flags; f; f = f->next)
		if (str_eq(f->name, name))
			value = f->has_value ? f->value : S("true");
	return value;
}

bool goargs_shapes(Str name)
{
	static const char *const names[] = {"asan", "asmflags", "buildmode", "compiler", "cover",
		"covermode", "coverpkg", "gccgoflags", "installsuffix", "linkshared", "modcacherw",
		"msan", "pgo", "pkgdir", "race", "tags", "trimpath"};

	for (int i = 0; i < countof(names); i++)
		if (str_eq(name, str_from(names[i])))
			return true;
	return false;
}
