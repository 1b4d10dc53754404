// diff.c - otel diff: the woven source of a package, as a unified diff.
//
// The weaver keeps every line where it was and adds declarations behind the last one. So line
// n of one text is line n of the other, and no search for a shortest diff is needed.
#include "cmd/planned.h"
#include "cmd/screen.h"
#include "golang/parse.h"
#include "os/file.h"
#include "weave/weave.h"

enum { CONTEXT = 3 };

typedef struct {
	Arena *arena;
	const Planned *planned;
	Str form; // that was asked for, "" for what each package was compiled in
	Screen on;
	Diags *diags;
} Diff;

// ---- unified diff of texts whose lines match one by one

static void split(Str text, StrList *lines)
{
	while (text.len > 0)
		strlist_add(lines, str_cut(&text, '\n'));
}

static bool same(const StrList *plain, const StrList *woven, isize i)
{
	bool both = plain->v && woven->v && i < plain->n && i < woven->n;

	return both && str_eq(plain->v[i], woven->v[i]);
}

// hunk_end returns the line behind a hunk that begins with the change at `from`: where no
// change comes for twice the context.
static isize hunk_end(const StrList *plain, const StrList *woven, isize from)
{
	isize last = from, n = plain->n > woven->n ? plain->n : woven->n;

	for (isize i = from; i < n && i <= last + (isize)2 * CONTEXT; i++)
		if (!same(plain, woven, i))
			last = i;
	return last + 1;
}

static void print_lines(
	const char *color, const char *off, char sign, const StrList *lines, isize from, isize to)
{
	for (isize i = from; i < to && i < lines->n; i++)
		printf("%s%c%.*s%s\n", color, sign, STR_ARG(lines->v[i]), off);
}

static isize least(isize x, isize y)
{
	return x < y ? x : y;
}

// print_hunk prints the lines from..to, in which each run of changes has its plain lines first.
static void print_hunk(Diff *d, const StrList *plain, const StrList *woven, isize from, isize to)
{
	isize head = from < CONTEXT ? 0 : from - CONTEXT;
	isize tail = least(to + CONTEXT, plain->n > woven->n ? plain->n : woven->n);

	isize olds = least(tail, plain->n) - least(head, plain->n),
	      news = least(tail, woven->n) - head;
	printf("%s@@ -%td,%td +%td,%td @@%s\n", d->on.cyan, olds > 0 ? head + 1 : head, olds,
		news > 0 ? head + 1 : head, news, d->on.off);
	for (isize i = head; i < tail;) {
		isize end = i;
		while (end < tail && !same(plain, woven, end))
			end++;
		print_lines(d->on.red, d->on.off, '-', plain, i, end);
		print_lines(d->on.green, d->on.off, '+', woven, i, end);
		i = end;
		if (i < tail)
			print_lines("", "", ' ', plain, i, i + 1), i++;
	}
}

static void print_diff(Diff *d, Str name, Str before, Str after)
{
	StrList plain = {.arena = d->arena}, woven = {.arena = d->arena};
	bool added = before.len == 0;

	split(before, &plain);
	split(after, &woven);
	printf("%s--- %s%.*s%s\n", d->on.bold, added ? "/dev/null" : "a/",
		added ? 0 : (int)name.len, name.p, d->on.off);
	printf("%s+++ b/%.*s%s\n", d->on.bold, STR_ARG(name), d->on.off);
	isize n = plain.n > woven.n ? plain.n : woven.n;
	for (isize i = 0; i < n; i++) {
		if (same(&plain, &woven, i))
			continue;
		isize end = hunk_end(&plain, &woven, i);
		print_hunk(d, &plain, &woven, i, end);
		i = end - 1;
	}
}

// ---- the woven files

static bool read_spec(Diff *d, Str digest, Spec *out)
{
	Source *src = arena_new(d->arena, Source);

	src->name = str_format(
		d->arena, "%.*s/mark/%.*s", STR_ARG(d->planned->in.cache), STR_ARG(digest));
	return file_read(d->arena, src->name, &src->text, d->diags) &&
	       spec_read(d->arena, src, out, d->diags);
}

static bool diff_file(Diff *d, Weave *w, const Package *p, Str path, Str name)
{
	Source *src = arena_new(d->arena, Source);
	File *f = arena_new(d->arena, File);
	Str woven;

	src->name = path_join(d->arena, p->dir, name);
	if (!file_read(d->arena, src->name, &src->text, d->diags))
		return false;
	if (!weave_wants(w->spec, src->text))
		return true;
	if (!parse_file(d->arena, src, (ParseOptions){0}, f, d->diags))
		return false;
	weave_file(w, f, &woven);
	if (woven.p != src->text.p)
		print_diff(d, path_join(d->arena, path, name), src->text, woven);
	return true;
}

// print_led is for a package that is not compiled again.
static void print_led(const Diff *d, const Spec *spec)
{
	printf("%s%.*s is as plain go compiles it; at link, what calls%s\n", d->on.bold,
		STR_ARG(spec->package), d->on.off);
	for (isize i = 0; i < spec->n; i++) {
		const Join *j = &spec->joins[i];
		printf("  %-36.*s calls %.*s.%.*s\n",
			STR_ARG(target_name(d->arena, j->recv, j->func)), STR_ARG(j->hook->package),
			STR_ARG(j->lead));
	}
}

// form_of returns the form that was asked for, or that the package was last compiled in; "lead"
// where it was not.
static Str form_of(const Diff *d, Str digest)
{
	return d->form.len > 0 ? d->form : planned_outcome(d->arena, d->planned, digest).word;
}

static bool diff_package(Diff *d, const Package *p, Str digest)
{
	Arena *a = d->arena;
	Str form = form_of(d, digest);
	Spec spec;
	Weave w = {.arena = a,
		.spec = &spec,
		.form = str_eq(form, S("rebuild")) ? WEAVE_REBUILD : WEAVE_REPLACE,
		.diags = d->diags,
		.symbols.arena = a,
		.imports.arena = a};
	Str path = p->path;

	if (!read_spec(d, digest, &spec))
		return false;
	if (str_eq(form, S("lead"))) {
		print_led(d, &spec);
		return true;
	}
	for (isize i = 0; i < p->files.n; i++)
		if (!diff_file(d, &w, p, path, p->files.v[i]))
			return false;
	if (w.form == WEAVE_REBUILD && w.nwoven > 0)
		print_diff(d, path_join(a, path, S("otel.links.go")), S(""),
			weave_links(a, p->name, &w.symbols));
	return true;
}

// The packages that are asked about: path -> Decision *, its first one that is woven.
static void asked(Diff *d, StrMap *out)
{
	for (Decision *c = d->planned->plan.decisions.first; c; c = c->next)
		if (c->verdict == VERDICT_WOVEN && planned_about(d->arena, d->planned, c) &&
			!map_get(out, c->package))
			map_put(out, c->package, c);
}

// list_packages asks go where the files of these packages are, in the very build.
static bool list_packages(Diff *d, const StrMap *asked_about, StrMap *packages)
{
	GoArgs args = d->planned->args;
	GoEnv env;
	int status = 0;

	if (!go_env(d->arena, d->planned->in.go, &args, &env, d->diags))
		return false;
	goargs_from_env(d->arena, env.flags, &args);
	args.packages = (StrList){.arena = d->arena};
	for (isize i = 0; i < asked_about->n; i++)
		strlist_add(&args.packages, asked_about->v[i].key);
	return go_list(d->arena, &env, &args, packages, &status, d->diags) &&
	       (status == 0 || diag_fault(d->diags, "go cannot list the woven packages"));
}

static bool print_all(Diff *d)
{
	StrMap woven = {.arena = d->arena}, packages = {.arena = d->arena};

	asked(d, &woven);
	if (woven.n == 0)
		return true;
	if (!list_packages(d, &woven, &packages))
		return false;
	for (isize i = 0; i < woven.n; i++) {
		const Package *p = map_get(&packages, woven.v[i].key);
		const Decision *c = woven.v[i].value;
		if (p && !diff_package(d, p, c->digest))
			return false;
	}
	return true;
}

// nothing says why there is no diff; it returns the exit status.
static int nothing(Arena *a, const Planned *planned)
{
	for (const Decision *c = planned->plan.decisions.first; c; c = c->next) {
		if (!planned_about(a, planned, c))
			continue;
		if (c->verdict == VERDICT_WOVEN)
			return 0;
		if (planned->name.len == 0)
			continue;
		fprintf(stderr,
			"error: '%.*s' is not woven in this build\nhelp: 'otel explain %.*s' says "
			"why\n",
			STR_ARG(planned->name), STR_ARG(planned->name));
		return EXIT_DIAGNOSTICS;
	}
	if (planned->name.len > 0)
		return planned_unknown(a, planned);
	fputs("otel: this build weaves nothing; 'otel explain' says why\n", stderr);
	return 0;
}

int cmd_diff(Arena *a, const Options *opt, const StrList *args)
{
	Diags diags = {.arena = a};
	Planned planned;
	Flags flags;
	int status;

	if (!flags_read(a, "diff", args, &flags, &status))
		return status;
	status = planned_make(a, opt, "diff", &flags.words, &planned);
	if (status == 0)
		status = nothing(a, &planned);
	if (status != 0)
		return status;
	Diff d = {.arena = a,
		.planned = &planned,
		.form = flags_value(&flags, "form"),
		.on = screen_start(stdout, flags_value(&flags, "color")),
		.diags = &diags};
	if (!print_all(&d) && diags.nerror == 0)
		BUG("a diff failed without a word");
	return finish(&diags);
}
