// compile.c - the compile of a marked package: woven beside plain.
//
// The package is compiled as it was written, and woven, at the same time. Go
// gets the plain archive if the woven one has the same export data; the
// woven one waits in our cache for the link. Else the package is woven in the form
// that can stand alone, and go gets that (docs/design.md, "Compiling").
//
// Whatever goes wrong with the weaving, the package is compiled as it was written.
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "cmd/cmd.h"
#include "cmd/export.h"
#include "cmd/importcfg.h"
#include "cmd/plain.h"
#include "cmd/shared.h"
#include "cmd/tool.h"
#include "golang/parse.h"
#include "os/env.h"
#include "os/file.h"
#include "os/proc.h"
#include "text/json.h"
#include "weave/archive.h"
#include "weave/change.h"
#include "weave/weave.h"

typedef struct {
	Arena *arena;
	const Tool *tool;
	Spec spec;
	Str work;         // a folder of ours, in go's work folder
	isize first_file; // index in argv of the first Go file
	Str trim;         // what is put in front of -trimpath's value
	StrList woven;    // the Go files, those that changed by their woven copy
	Str package_name; // of the package clause
	Str importcfg;    // for the woven files
	Str why;          // what keeps the outcome from being OUTCOME_REPLACE
	Diags *diags;
} Compile;

typedef enum { OUTCOME_PLAIN, OUTCOME_REPLACE, OUTCOME_REBUILD } Outcome;

static const char *const outcome_names[] = {"plain", "replace", "rebuild"};

// ---- weaving

static bool is_go_file(Str arg)
{
	return str_ends(arg, S(".go")) && arg.p[0] != '-';
}

static isize find_files(const Tool *t)
{
	isize i = t->argv.n;

	while (i > t->tool + 1 && is_go_file(t->argv.v[i - 1]))
		i--;
	return i;
}

static bool read_spec(Compile *c)
{
	Arena *a = c->arena;
	Str mark = c->tool->mark, digest = str_cut(&mark, '-'); // behind the dash: the salt
	Source *src = arena_new(a, Source);

	src->name = str_format(a, "%.*s/mark/%.*s", STR_ARG(c->tool->cache), STR_ARG(digest));
	return file_read(a, src->name, &src->text, c->diags) &&
	       spec_read(a, src, &c->spec, c->diags);
}

// put_file writes a file that the compiler shall read in the place of another.
static bool put_file(Compile *c, Str name, Str text, Str recorded)
{
	Str path = path_join(c->arena, c->work, name);

	if (!file_write_atomic(path, text, 0600, c->diags))
		return false;
	c->trim = str_format(
		c->arena, "%.*s=>%.*s;%.*s", STR_ARG(path), STR_ARG(recorded), STR_ARG(c->trim));
	strlist_add(&c->woven, path);
	return true;
}

static bool weave_one(Compile *c, Weave *w, Str path)
{
	Source *src = arena_new(c->arena, Source);
	File f;
	Str text;

	src->name = path;
	if (!file_read(c->arena, path, &src->text, c->diags))
		return false;
	bool wants = weave_wants(&c->spec, src->text) || (c->package_name.len == 0);
	if (!wants || !parse_file(c->arena, src, (ParseOptions){0}, &f, c->diags)) {
		strlist_add(&c->woven, path);
		return !wants;
	}
	c->package_name = f.package;
	weave_file(w, &f, &text);
	if (text.p == src->text.p) {
		strlist_add(&c->woven, path);
		return true;
	}
	return put_file(c, str_format(c->arena, "%td-%.*s", c->woven.n, STR_ARG(path_base(path))),
		text, tool_recorded(c->arena, c->tool, path));
}

// add_files adds those that rules bring along.
static bool add_files(Compile *c, Weave *w)
{
	Arena *a = c->arena;
	Str dir = path_dir(tool_recorded(c->arena, c->tool, c->tool->argv.v[c->first_file]));

	for (isize k = 0; k < c->spec.n; k++) {
		const Join *j = &c->spec.joins[k];
		Str text;
		if (j->kind != JOIN_CHANGE || j->change->modifier != DO_FILE ||
			!change_added(w, c->package_name, j, &text))
			continue;
		Str name = str_format(a, "otel.%td.%.*s", k, STR_ARG(j->change->file));
		if (!put_file(c, name, text, path_join(a, dir, name)))
			return false;
		w->nwoven++;
	}
	return true;
}

// weave_files fills in c->woven for one form. False if nothing came of it.
static bool weave_files(Compile *c, WeaveForm form)
{
	Arena *a = c->arena;
	Weave w = {.arena = a,
		.spec = &c->spec,
		.form = form,
		.diags = c->diags,
		.symbols.arena = a,
		.imports.arena = a};

	c->woven = (StrList){.arena = a};
	c->trim = S("");
	for (isize i = c->first_file; i < c->tool->argv.n; i++)
		if (!weave_one(c, &w, c->tool->argv.v[i]))
			return false;
	if (!add_files(c, &w) || w.nwoven == 0)
		return false;
	if (!importcfg_extend(a, c->tool, c->work, &w.imports, &c->importcfg, c->diags))
		return false;
	if (form == WEAVE_REPLACE)
		return true;
	Str dir = path_dir(tool_recorded(c->arena, c->tool, c->tool->argv.v[c->first_file]));
	return put_file(c, S("otel.links.go"), weave_links(a, c->package_name, &w.symbols),
		path_join(a, dir, S("otel.links.go")));
}

// ---- compiling

// woven_args returns the compiler's arguments for the woven files. Every output goes
// to our folder, and the declarations without a body are no fault.
static StrList woven_args(Compile *c, Str out)
{
	Arena *a = c->arena;
	const Tool *t = c->tool;
	StrList all = tool_copy(a, t), argv = {.arena = a};
	Str trim = tool_value(t, "-trimpath");

	tool_set(a, t, &all, "-o", out);
	tool_set(a, t, &all, "-asmhdr", path_join(a, c->work, S("go_asm.h")));
	tool_set(a, t, &all, "-linkobj", path_join(a, c->work, S("linkobj")));
	tool_set(a, t, &all, "-importcfg", c->importcfg);
	tool_set(a, t, &all, "-trimpath",
		str_format(a, "%.*s%.*s", STR_ARG(c->trim), STR_ARG(trim)));
	for (isize i = 0; i < c->first_file; i++)
		if (!str_eq(all.v[i], S("-complete")))
			strlist_add(&argv, all.v[i]);
	if (tool_flag(t, "-trimpath") < 0) {
		strlist_add(&argv, S("-trimpath"));
		strlist_add(&argv, c->trim);
	}
	for (isize i = 0; i < c->woven.n; i++)
		strlist_add(&argv, c->woven.v[i]);
	return argv;
}

// A woven package that does not compile is our mistake, not the user's.
static void warn_refused(Compile *c, const ProcResult *res)
{
	Str said = str_trim(res->out.len > 0 ? res->out : res->err), all = said;

	c->why = str_format(
		c->arena, "woven, it does not compile: %.*s", STR_ARG(str_cut(&all, '\n')));

	diag_warn(c->diags, NULL, (Span){0},
		"'%.*s' is left as it is: woven, it does not compile: %.*s",
		STR_ARG(c->spec.package), STR_ARG(said));
}

static bool run_woven(Compile *c, Str out, bool *ok)
{
	StrList argv = woven_args(c, out);
	ProcSpec spec = {.argv = &argv, .capture_out = true, .capture_err = true};
	ProcResult res;

	if (!proc_run(c->arena, &spec, &res, c->diags))
		return false;
	*ok = res.status == 0;
	if (!*ok)
		warn_refused(c, &res);
	return true;
}

// A package of more bytes of source takes the compiler a hundred megabytes and up.
#define LARGE_PACKAGE (1 << 18)

static bool is_large(const Compile *c)
{
	int64_t bytes = 0;
	FileInfo info;

	for (isize i = c->first_file; i < c->tool->argv.n; i++)
		if (file_stat(c->tool->argv.v[i], &info))
			bytes += info.size;
	return bytes > LARGE_PACKAGE;
}

// run_both compiles plain and woven, at the same time where memory allows for it. *status is the
// plain one's.
static bool run_both(Compile *c, Str out, int *status, bool *woven_ok)
{
	StrList argv = woven_args(c, out);
	ProcSpec plain = {.argv = &c->tool->argv};
	ProcSpec woven = {.argv = &argv, .capture_out = true, .capture_err = true};
	Proc plain_proc, woven_proc;
	ProcResult plain_res, woven_res;

	if (!proc_start(&woven, &woven_proc, c->diags))
		return false;
	bool large = is_large(c);
	if (large)
		proc_wait(c->arena, &woven_proc, &woven_res);
	bool started = proc_start(&plain, &plain_proc, c->diags);
	if (!large)
		proc_wait(c->arena, &woven_proc, &woven_res);
	if (!started)
		return false;
	proc_wait(c->arena, &plain_proc, &plain_res);
	*status = plain_res.status;
	*woven_ok = woven_res.status == 0;
	if (!*woven_ok && *status == 0)
		warn_refused(c, &woven_res);
	return true;
}

// ---- what becomes of it

static bool same_export_data(Compile *c, Str plain, Str woven)
{
	Str x, y;

	if (!file_read(c->arena, plain, &x, c->diags) ||
		!file_read(c->arena, woven, &y, c->diags) || !archive_export_data(x, &x) ||
		!archive_export_data(y, &y))
		return false;
	if (str_eq(x, y))
		return true;
	c->why = export_difference(c->arena, x, y);
	return false;
}

// note_outcome leaves the outcome beside the mark, for otel explain. It is not needed
// for the build, which goes on if it cannot be written. The package's external tests are
// compiled with the same mark, and are not what it is about.
static void note_outcome(Compile *c, Outcome outcome)
{
	Str mark = c->tool->mark,
	    path = outcome_note(c->arena, c->tool->store, str_cut(&mark, '-'));
	Diags none = {.arena = c->arena};

	if (!str_eq(c->spec.package, tool_value(c->tool, "-p")))
		return;
	if (outcome == OUTCOME_REPLACE)
		c->why = S("");
	if (dir_make_all(path_dir(path), &none))
		file_write_atomic(path,
			str_format(c->arena, "%s\n%.*s\n", outcome_names[outcome], STR_ARG(c->why)),
			0600, &none);
}

static bool put(Compile *c, Str path, Str text)
{
	return dir_make_all(path_dir(path), c->diags) &&
	       file_write_atomic(path, text, 0600, c->diags);
}

// share offers what was kept to other machines.
static void share(Compile *c, Outcome outcome, Str action)
{
	Arena *a = c->arena;
	Str mark = c->tool->mark;
	Shared s = {.arena = a};

	if (outcome == OUTCOME_REPLACE)
		shared_put(&s, woven_archive(a, c->tool, action));
	shared_put(&s, woven_record(a, c->tool, action));
	shared_put(&s, outcome_note(a, c->tool->store, str_cut(&mark, '-')));
	shared_close(&s);
}

// keep writes down what became of the package, for the link to find under the
// action id; for OUTCOME_REPLACE the archive comes first.
static bool keep(Compile *c, Outcome outcome, Str archive)
{
	Arena *a = c->arena;
	Str id = tool_value(c->tool, "-buildid"), action = str_cut(&id, '/'), text = S("");
	StrList packages = {.arena = a};
	StrBuf b = {.arena = a};

	if (outcome == OUTCOME_REPLACE && (!file_read(a, archive, &text, c->diags) ||
						  !put(c, woven_archive(a, c->tool, action), text)))
		return false;
	spec_packages(&c->spec, &packages);
	buf_addf(&b, "{\"outcome\":\"%s\",\"package\":", outcome_names[outcome]);
	json_quote(&b, c->spec.package);
	if (text.len > 0)
		buf_addf(&b, ",\"sha256\":\"%.*s\"", STR_ARG(hash_text(a, text)));
	buf_add(&b, S(",\"hooks\":["));
	for (isize i = 0; i < packages.n; i++) {
		buf_add(&b, i ? S(",") : S(""));
		json_quote(&b, packages.v[i]);
	}
	buf_add(&b, S("]}\n"));
	note_outcome(c, outcome);
	if (!put(c, woven_record(a, c->tool, action), buf_str(&b)))
		return false;
	share(c, outcome, action);
	return true;
}

// rebuild weaves the form that stands alone, and puts it where go expects the archive.
static bool rebuild(Compile *c, Outcome *outcome)
{
	Str archive = path_join(c->arena, c->work, S("rebuild.a"));
	bool ok = false;

	if (!weave_files(c, WEAVE_REBUILD) || !run_woven(c, archive, &ok))
		return false;
	if (!ok)
		return true;
	*outcome = OUTCOME_REBUILD;
	return file_rename(archive, tool_value(c->tool, "-o"), c->diags);
}

// run_plain compiles as it was asked for.
static bool run_plain(Compile *c, int *status)
{
	ProcSpec spec = {.argv = &c->tool->argv};
	ProcResult res;

	if (!proc_run(c->arena, &spec, &res, c->diags))
		return false;
	*status = res.status;
	return true;
}

// compile_beside is the normal case: both, compared. A plain archive that is there already is
// compiled again only where the woven one does not stand up for it by the same export data.
static int compile_beside(Compile *c)
{
	Str archive = path_join(c->arena, c->work, S("woven.a"));
	bool taken = plain_take(c->arena, c->tool, c->first_file), woven_ok = false;
	Outcome outcome = OUTCOME_PLAIN;
	int status = 0;

	if (taken ? !run_woven(c, archive, &woven_ok) : !run_both(c, archive, &status, &woven_ok))
		return finish(c->diags);
	if (status != 0)
		return status;
	// What is in a shared library is linked from there.
	bool alone = tool_flag(c->tool, "-linkshared") >= 0;
	if (alone)
		c->why = S("the program is linked with shared libraries");
	if (woven_ok && !alone && same_export_data(c, tool_value(c->tool, "-o"), archive))
		outcome = OUTCOME_REPLACE;
	else if (woven_ok && !rebuild(c, &outcome) && c->diags->nerror > 0)
		return finish(c->diags);
	if (taken && outcome == OUTCOME_PLAIN && !run_plain(c, &status))
		return finish(c->diags);
	if (status == 0)
		keep(c, outcome, archive);
	return status != 0 ? status : finish(c->diags);
}

// A main package has no dependents: its woven archive is the one. Go gets the
// plain one only if that does not compile.
static int compile_main(Compile *c)
{
	bool ok = false;

	if (!run_woven(c, tool_value(c->tool, "-o"), &ok))
		return finish(c->diags);
	note_outcome(c, ok ? OUTCOME_REPLACE : OUTCOME_PLAIN);
	if (ok)
		return finish(c->diags);
	return tool_exec(
		c->arena, c->tool); // its own mistakes, or without our words if they are ours
}

// compile_plain leaves the package as it is, and says so to the link.
static int compile_plain(Compile *c)
{
	Diags unsaid = {.arena = c->arena};

	diag_print(stderr, c->diags);
	if (c->diags->first)
		c->why = c->diags->first->text;
	*c->diags = unsaid;
	if (c->spec.package.len > 0 && !keep(c, OUTCOME_PLAIN, S("")))
		return finish(c->diags);
	return tool_exec(c->arena, c->tool);
}

int tool_compile(Arena *a, const Tool *t)
{
	Diags d = {.arena = a};
	Compile c = {.arena = a, .tool = t, .diags = &d};
	Str out = tool_value(t, "-o");

	c.work = path_join(a, path_dir(out), S("otel"));
	c.first_file = find_files(t);
	bool ready = out.len > 0 && c.first_file < t->argv.n && read_spec(&c) &&
		     str_eq(c.spec.package, tool_value(t, "-p"));
	if (!ready || !dir_make_all(c.work, &d) || !weave_files(&c, WEAVE_REPLACE))
		return d.nerror > 0 && env_get(S("OTEL_GO_NESTED")).len > 0 ? finish(&d)
									    : compile_plain(&c);
	return str_eq(c.spec.package, S("main")) ? compile_main(&c) : compile_beside(&c);
}
