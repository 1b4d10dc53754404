// link.c - the link of a program: woven archives in the place of plain ones.
//
// Go names the archive of each package in a file, by -importcfg. For those that
// were woven and can be replaced, we make an archive that is the plain one
// with the woven object code in it, and name that one in a copy of the file.
// A program that does not link the hooks (another main, a test) is left as it is.
// Some calls in the standard library are led to us, in archives that are made the same way.
// Archives are large, and as many as packages: of most we look at a few pages, and what we make is
// kept for the next link (cmd/made.h).
// The same file has what the program will say of its modules and settings: what a plain
// build would, ours beside it.
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"
#include "cmd/apart.h"
#include "cmd/cmd.h"
#include "cmd/importcfg.h"
#include "cmd/lead.h"
#include "cmd/made.h"
#include "cmd/modinfo.h"
#include "cmd/redirect.h"
#include "cmd/shared.h"
#include "cmd/tool.h"
#include "os/env.h"
#include "os/file.h"
#include "plan/lead.h"
#include "text/json.h"
#include "weave/archive.h"

#define RUNTIME_PACKAGE "otel.tool/runtime"
#define EXIT_PACKAGE "otel.tool/runtime/internal/exit"

// A package whose functions are led to ours, as the plan's file `led` says (plan/lead.h).
typedef struct Led Led;
struct Led {
	Led *next;
	Str package, digest, hooks;
	Str how; // tells all of what it does to an archive
	Leads leads;
};

typedef struct {
	Arena *arena;
	const Tool *tool;
	Str config;      // path of -importcfg
	Str text;        // what is in it
	StrMap packages; // import path -> Str *, path of the archive
	StrMap must;     // import path -> Str *, digest of the spec: what the plan has woven
	Led *led;
	Str modinfo;    // what the plain build says of itself, where the plan has written it down
	StrBuf changed; // the new text
	bool planned;   // there is a plan
	bool differs;   // it is not the old one
	Made made;
	Shared shared;
	Diags *diags;
} Link;

static bool read_config(Link *l)
{
	if (!file_read(l->arena, l->config, &l->text, l->diags))
		return false;
	Str whole = l->text;
	if (!apart_link(l->arena, &whole, l->diags))
		return false;
	l->differs |= whole.p != l->text.p;
	l->text = whole;
	l->packages = importcfg_packages(l->arena, whole);
	return true;
}

// led_package returns the package of a line of `led`, to which the line is added.
static Led *led_package(Link *l, Led one, isize lines)
{
	Led **link = &l->led;

	while (*link &&
		!(str_eq((*link)->package, one.package) && str_eq((*link)->hooks, one.hooks)))
		link = &(*link)->next;
	if (!*link) {
		*link = arena_new(l->arena, Led);
		**link = one;
		(*link)->leads.v = arena_array(l->arena, Lead, lines);
	}
	return *link;
}

// Those that this program has, with their hooks.
static void read_led(Link *l, Str text, isize lines)
{
	while (text.len > 0) {
		Str line = str_cut(&text, '\n');
		Led one = {.package = str_cut(&line, ' ')};
		one.digest = str_cut(&line, ' ');
		one.hooks = str_cut(&line, ' ');
		if (!map_get(&l->packages, one.package) || !map_get(&l->packages, one.hooks))
			continue;
		Led *led = led_package(l, one, lines);
		Str from = str_cut(&line, ' ');
		led->leads.v[led->leads.n++] = (Lead){.from = from, .to = line};
	}
}

static bool read_leads(Link *l, Str dir)
{
	Str path = path_join(l->arena, dir, S("led")), text;
	isize lines = 0;

	if (!file_exists(path))
		return true;
	if (!file_read(l->arena, path, &text, l->diags))
		return false;
	for (isize i = 0; i < text.len; i++)
		lines += text.p[i] == '\n';
	read_led(l, text, lines);
	return true;
}

// The plan says which packages are woven; without one, we take what we find.
static bool read_plan(Link *l)
{
	Str dir = env_get(S("OTEL_GO_PLAN")), text;

	l->planned = dir.len > 0;
	if (!l->planned)
		return true;
	if (!read_leads(l, dir))
		return false;
	if (!file_read(l->arena, path_join(l->arena, dir, S("woven")), &text, l->diags) ||
		!file_read(l->arena, path_join(l->arena, dir, S("modinfo")), &l->modinfo, l->diags))
		return false;
	while (text.len > 0) {
		Str line = str_cut(&text, '\n');
		Str package = str_cut(&line, ' ');
		Str *digest = arena_new(l->arena, Str);
		*digest = line;
		map_put(&l->must, package, digest);
	}
	return true;
}

static bool links_hooks(const Link *l, const json_t *record)
{
	const json_t *hooks = jlist(record, "hooks");

	for (size_t i = 0; i < json_array_size(hooks); i++)
		if (!map_get(&l->packages, str_from(json_string_value(json_array_get(hooks, i)))))
			return false;
	return true;
}

// A salt that no earlier build has used: go's cache may remember that one.
static Str new_salt(Arena *a)
{
	struct timespec now;
	Hash h;

	clock_gettime(CLOCK_REALTIME, &now);
	hash_init(&h);
	hash_add(&h,
		str_format(a, "%lld %ld %ld", (long long)now.tv_sec, now.tv_nsec, (long)getpid()));
	return str_slice(hash_hex(a, &h), 0, 8);
}

// lost tells the front to build the package again: its mark gets a new salt.
static bool lost(Link *l, Str package, Str digest)
{
	Arena *a = l->arena;
	Str path = str_format(a, "%.*s/mark/%.*s.salt", STR_ARG(l->tool->cache), STR_ARG(digest));
	Str marker = path_join(a, env_get(S("OTEL_GO_PLAN")), S("lost"));

	if (!file_write_atomic(path, new_salt(a), 0600, l->diags) ||
		!file_write_atomic(marker, package, 0600, l->diags))
		return false;
	return diag_fault(l->diags,
		"the woven code of '%.*s' is no longer in the cache: building it again",
		STR_ARG(package));
}

// at_hand reports whether go's cache folder has a file of ours, if need be from another machine.
static bool at_hand(Link *l, Str path)
{
	return file_exists(path) || shared_get(&l->shared, path);
}

// What a compile has noted of the package, for the link.
typedef struct {
	bool known;   // there is a note, and it can be read
	bool replace; // the woven archive is to be put in, as its hooks are linked
	Str digest;   // of that archive; "" if an otel of before has noted it
} Record;

// exchange has *ar be the archive with the woven code. False with *gone set where the woven one is
// not there, or is not what the compile has left.
static bool exchange(Link *l, Archive *ar, Str action, Record record, bool *gone)
{
	Arena own = {0};
	Diags unread = {.arena = &own};
	Str woven, both, kept = woven_archive(l->arena, l->tool, action), how = S("");
	FileMap plain;

	if (record.digest.len > 0)
		how = str_format(l->arena, "exchange %.*s", STR_ARG(record.digest));
	if (made_find(&l->made, ar, how))
		return true;
	bool ok = file_map(ar->file, &plain, l->diags);
	*gone = ok &&
		(!at_hand(l, kept) || !file_read(&own, kept, &woven, &unread) ||
			(record.digest.len > 0 && !str_eq(hash_text(&own, woven), record.digest)) ||
			!archive_exchange(&own, plain.text, woven, &both));
	ok = ok && !*gone && made_put(&l->made, ar, how, both, l->diags);
	file_unmap(&plain);
	arena_free(&own);
	return ok;
}

static Record read_record(Link *l, Str action)
{
	Diags unread = {.arena = l->arena};
	Source src = {.name = woven_record(l->arena, l->tool, action)};
	JsonStream s = {.src = &src};
	json_t *record;
	Record r = {0};

	if (action.len == 0 || !at_hand(l, src.name) ||
		!file_read(l->arena, src.name, &src.text, &unread) ||
		!json_next(&s, &record, &unread) || !record)
		return r;
	r.known = jstr(record, "outcome").len > 0;
	r.digest = str_dup(l->arena, jstr(record, "sha256"));
	r.replace = str_eq(jstr(record, "outcome"), S("replace")) && links_hooks(l, record);
	json_stop(&s);
	return r;
}

// exchange_woven decides over the archive of one package: as it is, or exchanged.
static bool exchange_woven(Link *l, Str package, Archive *ar)
{
	Arena *a = l->arena;
	const Str *digest = map_get(&l->must, package);
	bool gone = false;
	Str head;

	if (l->must.n > 0 && !digest)
		return true;
	if (!file_read_head(a, ar->file, ARCHIVE_HEAD, &head, l->diags))
		return false;
	Str action = archive_action_id(head);
	Record r = read_record(l, action);
	ar->id = made_id(head);
	if (digest && r.known)
		at_hand(l, outcome_note(a, l->tool->store, *digest)); // for otel explain
	if (r.replace && exchange(l, ar, action, r, &gone))
		return true;
	if (r.replace && !gone)
		return false;
	if (digest && (gone || !r.known))
		return lost(l, package, *digest);
	return !gone || diag_fault(l->diags, "the woven code of '%.*s' is no longer in the cache",
				STR_ARG(package));
}

// Calls in the standard library that our package exit stands before, in every program that
// links it. It defines the functions that they are led to.
static const struct {
	const char *package, *caller, *callee, *to;
} calls[] = {
	// The last thing that a panic calls while goroutines still run.
	{"runtime", "runtime.gopanic", "runtime.preprintpanics", "runtime.otel_preprintpanics"},
	// What follows where a signal has no handler any more.
	{"os/signal", "os/signal.disableSignal", "os/signal.signal_disable",
		"os/signal.otel_signal_disable"},
	{"os/signal", "os/signal.Stop", "os/signal.signal_disable",
		"os/signal.otel_signal_disable"},
};

// lead_calls leads those of one package. One in which they are not found (of a Go release to come)
// stays as it is.
static bool lead_calls(Link *l, Str package, Archive *ar)
{
	Arena own = {0};
	StrBuf how = {.arena = l->arena};
	FileMap plain;

	for (size_t i = 0; i < countof(calls); i++)
		if (str_eq(package, str_from(calls[i].package)))
			buf_addf(&how, "call %s %s %s\n", calls[i].caller, calls[i].callee,
				calls[i].to);
	if (how.len == 0 || made_find(&l->made, ar, buf_str(&how)))
		return true;
	if (!file_map(ar->file, &plain, l->diags))
		return false;
	Str text = plain.text;
	for (size_t i = 0; i < countof(calls); i++)
		if (str_eq(package, str_from(calls[i].package)))
			redirect_call(&own, text, str_from(calls[i].caller),
				str_from(calls[i].callee), str_from(calls[i].to), &text);
	bool ok = text.p == plain.text.p || made_put(&l->made, ar, buf_str(&how), text, l->diags);
	file_unmap(&plain);
	arena_free(&own);
	return ok;
}

// ---- functions of packages that are not compiled again

// unled tells the front to compile a package again, as its functions cannot be led.
static bool unled(Link *l, const Led *led, const Lead *which, const char *why)
{
	Arena *a = l->arena;
	Str path = lead_refused(a, l->tool->cache, led->digest),
	    marker = path_join(a, env_get(S("OTEL_GO_PLAN")), S("lost"));

	if (!file_write_atomic(path, which->from, 0600, l->diags) ||
		!file_write_atomic(marker, led->package, 0600, l->diags))
		return false;
	return diag_fault(l->diags, "'%.*s' %s: building with '%.*s' compiled again",
		STR_ARG(which->from), why, STR_ARG(led->package));
}

// how_led tells all of what is done to an archive: the functions and what they are led to, and the
// archive that they are in, as others know them by an index in that.
static Str how_led(Link *l, const Led *led, Str archive)
{
	StrBuf b = {.arena = l->arena};
	Str id = made_id(archive);

	if (id.len == 0)
		return S("");
	buf_addf(&b, "lead %.*s %.*s\n", STR_ARG(led->package), STR_ARG(id));
	for (isize i = 0; i < led->leads.n; i++)
		buf_addf(&b, "%.*s %.*s\n", STR_ARG(led->leads.v[i].from),
			STR_ARG(led->leads.v[i].to));
	return buf_str(&b);
}

// find_leads looks the functions up in their own packages, which others refer to by what is found.
static bool find_leads(Link *l)
{
	for (Led *led = l->led; led; led = led->next) {
		const Str *file = map_get(&l->packages, led->package);
		FileMap plain;
		if (!file_map(*file, &plain, l->diags))
			return false;
		const Lead *missing = lead_find(plain.text, &led->leads);
		led->how = how_led(l, led, plain.text);
		file_unmap(&plain);
		if (missing)
			return unled(l, led, missing, "is not in the object code");
	}
	return true;
}

// note_led leaves word for otel explain.
static void note_led(Link *l, const Led *led)
{
	Str path = outcome_note(l->arena, l->tool->store, led->digest);
	Diags none = {.arena = l->arena};

	if (dir_make_all(path_dir(path), &none))
		file_write_atomic(path, S("lead\n\n"), 0600, &none);
}

// lead_archive leads what an archive refers to; same: it is that of the functions.
static bool lead_archive(Link *l, const Led *led, bool same, Archive *ar)
{
	Arena own = {0};
	const Lead *inlined = NULL;
	FileMap plain;
	Str changed;

	if (made_find(&l->made, ar, led->how)) {
		if (same)
			note_led(l, led);
		return true;
	}
	if (!file_map(ar->file, &plain, l->diags))
		return false;
	LeadOutcome outcome = lead_all(
		&own, plain.text, same ? S("") : led->package, &led->leads, &changed, &inlined);
	bool ok = outcome != LEAD_DONE || made_put(&l->made, ar, led->how, changed, l->diags);
	file_unmap(&plain);
	arena_free(&own);
	if (outcome == LEAD_INLINED)
		return unled(l, led, inlined, "is inlined into its callers");
	if (ok && same && outcome == LEAD_NOTHING)
		return unled(l, led, led->leads.v, "is called by nobody that otel can see");
	if (ok && same)
		note_led(l, led);
	return ok;
}

// may_refer tells whether a package that is not their own may refer to any of the functions.
static bool may_refer(const Link *l, const Led *led, Str package)
{
	bool exported = false;

	for (isize i = 0; i < led->leads.n; i++) {
		Str rest = led->leads.v[i].from, name = {0};
		while (rest.len > 0)
			name = str_cut(&rest, '.');
		exported |= name.len > 0 && !(name.p[0] >= 'a' && name.p[0] <= 'z');
	}
	Str root = tool_goroot(l->tool);
	return exported && !str_eq(package, led->hooks) &&
	       !(root.len > 0 && file_is_dir(str_format(l->arena, "%.*s/src/%.*s", STR_ARG(root),
					 STR_ARG(package))));
}

// lead_functions does so for all packages that are led. The hooks themselves call what they stand
// in the place of.
static bool lead_functions(Link *l, Str package, Archive *ar)
{
	for (const Led *led = l->led; led; led = led->next) {
		bool own = str_eq(package, led->package);
		if ((own || may_refer(l, led, package)) && !lead_archive(l, led, own, ar))
			return false;
	}
	return true;
}

static void other_line(Link *l, Str line)
{
	Str plain = l->planned ? modinfo_line(l->arena, line, l->modinfo) : line;

	l->differs |= plain.p != line.p;
	buf_addf(&l->changed, "%.*s\n", STR_ARG(plain));
}

// lead_main does so for package main, whose archive is the last argument.
static bool lead_main(Link *l, Tool *t)
{
	Archive ar = {.file = t->argv.v[t->argv.n - 1], .own = true};

	for (const Led *led = l->led; led; led = led->next)
		if (!lead_archive(l, led, false, &ar))
			return false;
	t->argv.v[t->argv.n - 1] = ar.file;
	return true;
}

// archive_line has the line of a package name the archive that the program gets.
static bool archive_line(Link *l, Str line, Str package, Str file)
{
	Archive ar = {.file = file};

	if (!exchange_woven(l, package, &ar) || !lead_functions(l, package, &ar) ||
		(map_get(&l->packages, S(EXIT_PACKAGE)) && !lead_calls(l, package, &ar)))
		return false;
	if (ar.file.p == file.p) {
		buf_addf(&l->changed, "%.*s\n", STR_ARG(line));
		return true;
	}
	l->differs = true;
	buf_addf(&l->changed, "packagefile %.*s=%.*s\n", STR_ARG(package), STR_ARG(ar.file));
	return true;
}

static bool change_config(Link *l)
{
	Str package, file;

	for (Str rest = l->text; rest.len > 0;) {
		Str line = str_cut(&rest, '\n');
		if (!importcfg_line(line, &package, &file))
			other_line(l, line);
		else if (!archive_line(l, line, package, file))
			return false;
	}
	return true;
}

int tool_link(Arena *a, const Tool *t)
{
	Diags d = {.arena = a};
	Link l = {.arena = a, .tool = t, .config = tool_value(t, "-importcfg"), .diags = &d};

	l.must.arena = l.changed.arena = l.shared.arena = a;
	l.made = (Made){.arena = a, .store = t->store, .config = l.config};
	if (l.config.len == 0)
		return tool_exec(a, t);
	Tool changed = *t;
	changed.argv = tool_copy(a, t);
	bool changes = read_config(&l) && read_plan(&l) && find_leads(&l) && change_config(&l) &&
		       lead_main(&l, &changed);
	shared_close(&l.shared);
	if (!changes)
		return finish(&d);
	if (l.differs) {
		Str config = str_format(a, "%.*s.otel", STR_ARG(l.config));
		if (!file_write_atomic(config, buf_str(&l.changed), 0600, &d))
			return finish(&d);
		tool_set(a, t, &changed.argv, "-importcfg", config);
	}
	// Our runtime uses exit hooks of the standard library's own.
	if (map_get(&l.packages, S(RUNTIME_PACKAGE)))
		tool_insert(&changed, S("-checklinkname=0"));
	return tool_exec(a, &changed);
}
