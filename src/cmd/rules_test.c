// rules_test.c - otel rules test: golden tests of rules.
//
// A test is a folder with in.go, a file of the package to weave. Its rules are rules.yaml or
// otel.yaml beside it, else those of its module. want.go is what in.go becomes, want.err what
// is said; of a test with rules that say nothing there is no want.err, and of one that weaves
// nothing no want.go.
#include "cmd/rules.h"
#include "golang/parse.h"
#include "os/env.h"
#include "os/file.h"
#include "plan/match.h"
#include "plan/rulemod.h"
#include "plan/signals.h"
#include "text/bundle.h"
#include "weave/weave.h"

typedef struct {
	Arena *arena;
	Str cache, bundle;
	GoEnv env;
	bool update;
	isize n, failed;
	Diags *diags;
} Tests;

typedef struct {
	Tests *all;
	Arena *arena;
	Str dir; // as it is told
	Str abs;
	RuleSet rules;
	Source *in;
	File f;
	Diags said; // of the rules and the weaver
	Str woven;  // "" if nothing is
} Test;

// ---- weaving

// rule_files returns the files or folder that the rules are in.
static Str rule_files(const Test *t)
{
	static const char *const names[] = {"rules.yaml", "otel.yaml"};

	for (int i = 0; i < countof(names); i++) {
		Str path = path_join(t->arena, t->abs, str_from(names[i]));
		if (file_exists(path))
			return path;
	}
	for (Str dir = t->abs; dir.len > 1; dir = path_dir(dir))
		if (file_exists(path_join(t->arena, dir, S("go.mod"))))
			return dir;
	return S("");
}

static void read_rules(Test *t)
{
	RuleSources from = {
		.bundle = t->all->bundle, .without_ours = true, .roots.arena = t->arena};
	Str files = rule_files(t);

	// A module is as one that is worked on; a file is named.
	if (file_is_dir(files)) {
		strlist_add(&from.roots, files);
	} else {
		from.named = files;
		from.only = true;
	}
	ruleset_read(t->arena, &from, &t->rules, &t->said);
}

// target_path says which package in.go is of: that of the line "//otel:target path", else of the
// first rule that names one.
static Str target_path(const Test *t)
{
	Str text = t->in->text;

	while (text.len > 0) {
		Str line = str_cut(&text, '\n');
		if (str_starts(line, S("//otel:target ")))
			return str_trim(str_slice(line, 14, line.len));
	}
	for (const Rule *r = t->rules.rules.first; r; r = r->next)
		if (!has_glob(r->target) && r->target.p[0] != '$' && r->target.p[0] != '.')
			return r->target;
	return S("example.com/in");
}

static Package *make_package(const Test *t)
{
	Package *p = arena_new(t->arena, Package);
	Module *m = arena_new(t->arena, Module);

	*p = (Package){.path = target_path(t),
		.name = t->f.package,
		.dir = t->abs,
		.files.arena = t->arena,
		.deps.arena = t->arena};
	Str path = p->path, first = str_cut(&path, '/');
	p->standard = str_find(first, S(".")) < 0 && !str_eq(p->name, S("main"));
	*m = (Module){.path = p->path, .dir = t->abs};
	p->module = p->standard ? NULL : m;
	strlist_add(&p->files, S("in.go"));
	return p;
}

static void weave(Test *t)
{
	Arena *a = t->arena;
	StrMap packages = {.arena = a};
	StrList signals = {.arena = a};
	Decisions decisions = {.arena = a};
	Package *p = make_package(t);
	WovenList woven;
	Match m = {.arena = a,
		.rules = &t->rules,
		.env = &t->all->env,
		.packages = &packages,
		.signals = &signals,
		.decisions = &decisions,
		.diags = &t->said};

	map_put(&packages, p->path, p);
	signals_read(a, S("all"), &signals, &t->said);
	if (!match_rules(&m, &woven))
		return;
	if (woven.n == 0)
		return;
	Diags none = {.arena = a};
	Weave w = {.arena = a,
		.spec = &woven.v[0].spec,
		.form = WEAVE_REPLACE,
		.diags = &none,
		.symbols.arena = a,
		.imports.arena = a};
	weave_file(&w, &t->f, &t->woven);
}

// said_text returns what was said, without the folder's own name.
static Str said_text(const Test *t)
{
	StrBuf b = {.arena = t->arena};
	Str prefix = str_format(t->arena, "%.*s/", STR_ARG(t->abs));

	for (const Diag *d = t->said.first; d; d = d->next) {
		Str line = diag_line(t->arena, d);
		for (isize at; (at = str_find(line, prefix)) >= 0;) {
			buf_add(&b, str_slice(line, 0, at));
			line = str_slice(line, at + prefix.len, line.len);
		}
		buf_addf(&b, "%.*s\n", STR_ARG(line));
		if (d->help.len > 0)
			buf_addf(&b, "help: %.*s\n", STR_ARG(d->help));
	}
	return buf_str(&b);
}

// ---- comparing

// show_difference prints the first line that differs.
static void show_difference(Str want, Str got)
{
	int line = 1;

	for (;; line++) {
		Str x = str_cut(&want, '\n'), y = str_cut(&got, '\n');
		if (str_eq(x, y) && (want.len > 0 || got.len > 0))
			continue;
		printf("    line %d\n    want  %.*s\n    got   %.*s\n", line, STR_ARG(x),
			STR_ARG(y));
		return;
	}
}

// compare holds one text against its file; "" stands for no file.
static bool compare(Test *t, const char *name, Str got)
{
	Str path = path_join(t->arena, t->abs, str_from(name)), want = S("");
	Diags *d = t->all->diags;

	if (file_exists(path) && !file_read(t->arena, path, &want, d))
		return false;
	if (str_eq(want, got))
		return true;
	if (t->all->update)
		return got.len > 0 ? file_write_atomic(path, got, 0644, d)
				   : file_remove_tree(path, d);
	printf("FAIL  %.*s/%s\n", STR_ARG(t->dir), name);
	show_difference(want, got);
	return false;
}

static bool read_in(Test *t)
{
	t->in = arena_new(t->arena, Source);
	t->in->name = path_join(t->arena, t->abs, S("in.go"));
	return file_read(t->arena, t->in->name, &t->in->text, t->all->diags) &&
	       parse_file(t->arena, t->in, (ParseOptions){0}, &t->f, t->all->diags);
}

static void run_one(Tests *all, Str dir)
{
	Test t = {.all = all, .arena = all->arena, .dir = dir, .woven = S("")};
	bool failed;

	t.said.arena = t.arena;
	t.abs = path_clean(t.arena, path_abs(t.arena, dir));
	all->n++;
	if (!read_in(&t)) {
		all->failed++;
		return;
	}
	read_rules(&t);
	weave(&t);
	failed = !compare(&t, "want.go", t.woven);
	failed |= !compare(&t, "want.err", said_text(&t));
	all->failed += failed;
	if (!failed)
		printf("ok    %.*s\n", STR_ARG(dir));
}

// run_all runs the tests in a folder, and below.
static bool run_all(Tests *all, Str dir)
{
	StrList names = {.arena = all->arena};

	if (!dir_list(dir, &names, all->diags))
		return false;
	if (file_exists(path_join(all->arena, dir, S("in.go"))))
		run_one(all, dir);
	for (isize i = 0; i < names.n; i++) {
		Str path = path_join(all->arena, dir, names.v[i]);
		if (names.v[i].p[0] != '.' && file_is_dir(path) && !run_all(all, path))
			return false;
	}
	return true;
}

// find_goroot: what the code of rules may import is looked for there.
static void find_goroot(Tests *all)
{
	Diags none = {.arena = all->arena};
	GoArgs args = {0};
	Str go;

	if (go_find(all->arena, &go, &none) && go_env(all->arena, go, &args, &all->env, &none))
		all->env.version = S(""); // a test is for all versions
}

int rules_test(Arena *a, Str dir, bool update)
{
	Diags d = {.arena = a};
	Tests all = {.arena = a, .update = update, .diags = &d};

	if (!cache_open(a, &all.cache, &d) || !bundle_ready(a, all.cache, &all.bundle, &d))
		return finish(&d);
	find_goroot(&all);
	if (!run_all(&all, dir))
		return finish(&d);
	if (all.n == 0) {
		diag_fault(&d, "there is no in.go in '%.*s' or below", STR_ARG(dir));
		diag_help(&d, "a test is a folder with in.go, rules beside it, and want.go");
	}
	int status = finish(&d);
	return status != 0 ? status : all.failed > 0 ? EXIT_DIAGNOSTICS : 0;
}
