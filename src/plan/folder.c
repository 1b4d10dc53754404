#include "base/hash.h"
#include "os/file.h"
#include "plan/lead.h"
#include "plan/planner.h"
#include "plan/sums.h"

// The packages that a link must find woven, one a line: "PATH DIGEST".
static Str woven_list(Planner *p)
{
	StrBuf b = {.arena = p->arena};

	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		if (!w->led && !str_eq(w->spec.package, S("main")))
			buf_addf(&b, "%.*s %.*s\n", STR_ARG(w->spec.package), STR_ARG(w->digest));
	}
	return buf_str(&b);
}

static Str plan_digest(Planner *p, const StrMap *users)
{
	Hash h;

	hash_init(&h);
	for (isize i = 0; i < p->files.n; i++) {
		hash_add(&h, p->files.v[i].key);
		hash_add(&h, *(Str *)p->files.v[i].value);
	}
	for (isize i = 0; i < p->overlay.n; i++)
		hash_add(&h, p->overlay.v[i].key);
	for (isize i = 0; i < users->n; i++) {
		hash_add(&h, users->v[i].key);
		hash_add(&h, *(Str *)users->v[i].value);
	}
	return str_slice(hash_hex(p->arena, &h), 0, 32);
}

// The user's own -overlay comes first; its paths are seen from where go works.
static bool user_overlay(Planner *p, StrMap *replace)
{
	Str name = goargs_last(p->args, S("overlay"));
	Str dir = path_abs(p->arena, goargs_last(p->args, S("C")));
	Source src = {.name = name};
	JsonStream s = {.src = &src};
	json_t *file;
	const char *from;
	json_t *to;

	if (name.len == 0)
		return true;
	if (!file_read(p->arena, path_join(p->arena, dir, name), &src.text, p->diags) ||
		!json_next(&s, &file, p->diags))
		return false;
	json_object_foreach(json_object_get(file, "Replace"), from, to)
	{
		Str path = path_join(p->arena, dir, str_dup(p->arena, str_from(from)));
		Str target = str_dup(p->arena, str_from(json_string_value(to)));
		if (target.len > 0)
			target = path_join(p->arena, dir, target);
		map_put(replace, path, planner_str(p, target));
	}
	json_stop(&s);
	return true;
}

// overlay_text adds ours to the user's.
static Str overlay_text(Planner *p, StrMap *replace)
{
	StrBuf b = {.arena = p->arena};

	for (isize i = 0; i < p->overlay.n; i++) {
		const Str *name = p->overlay.v[i].value;
		map_put(replace, p->overlay.v[i].key,
			planner_str(p, path_join(p->arena, p->out->dir, *name)));
	}
	buf_add(&b, S("{\"Replace\":{"));
	for (isize i = 0; i < replace->n; i++) {
		buf_add(&b, i ? S(",\n") : S("\n"));
		json_quote(&b, replace->v[i].key);
		buf_add(&b, S(":"));
		json_quote(&b, *(Str *)replace->v[i].value);
	}
	buf_add(&b, S("}}\n"));
	return buf_str(&b);
}

// put_text writes a file, unless it is there with that very text.
static bool put_text(Planner *p, Str path, Str text)
{
	Diags unread = {.arena = p->arena};
	Str there;

	if (file_exists(path) && file_read(p->arena, path, &there, &unread) && str_eq(there, text))
		return true;
	return file_write_atomic(path, text, 0600, p->diags);
}

static bool put_files(Planner *p, Str dir)
{
	for (isize i = 0; i < p->files.n; i++)
		if (!put_text(p, path_join(p->arena, dir, p->files.v[i].key),
			    *(Str *)p->files.v[i].value))
			return false;
	return true;
}

// write_folder writes the plan's folder under a temporary name and renames it,
// so that another process sees all of it or nothing. One that is there is made whole.
static bool write_folder(Planner *p)
{
	Arena *a = p->arena;
	Diags lost = {.arena = a};
	Str temp;

	if (file_is_dir(p->out->dir))
		return put_files(p, p->out->dir);
	if (!dir_make_all(path_dir(p->out->dir), p->diags) ||
		!dir_make_temp(a, p->out->dir, &temp, p->diags))
		return false;
	if (!put_files(p, temp)) {
		file_remove_tree(temp, &lost);
		return false;
	}
	if (file_rename(temp, p->out->dir, &lost))
		return true;
	file_remove_tree(temp, &lost);
	return file_exists(path_join(a, p->out->dir, S("go.work"))) ||
	       diag_fault(p->diags, "cannot make '%.*s'", STR_ARG(p->out->dir));
}

static bool write_marks(Planner *p)
{
	Str dir = path_join(p->arena, p->in->cache, S("mark"));

	if (!dir_make_all(dir, p->diags))
		return false;
	for (isize i = 0; i < p->woven.n; i++) {
		const Woven *w = &p->woven.v[i];
		if (!put_text(p, path_join(p->arena, dir, w->digest), w->text))
			return false;
	}
	return true;
}

// sums_text returns our sums, and those beside the user's own go.work.
static bool sums_text(Planner *p, Str *out)
{
	Arena *a = p->arena;
	Str theirs = path_join(a, path_dir(p->env.work), S("go.work.sum")), more;

	if (!file_read(a, path_join(a, p->bundle, S("go.work.sum")), out, p->diags))
		return false;
	if (p->env.work.len == 0 || !file_exists(theirs))
		return true;
	if (!file_read(a, theirs, &more, p->diags))
		return false;
	*out = str_format(a, "%.*s%.*s", STR_ARG(*out), STR_ARG(more));
	return true;
}

bool planner_write(Planner *p)
{
	StrMap replace = {.arena = p->arena};
	Str sums;

	map_put(&p->files, S("go.work"), planner_str(p, workspace_text(p->arena, &p->workspace)));
	if (!sums_text(p, &sums) || !user_overlay(p, &replace))
		return false;
	map_put(&p->files, S("go.work.sum"), planner_str(p, sums));
	map_put(&p->files, S("woven"), planner_str(p, woven_list(p)));
	if (p->apart)
		map_put(&p->files, S("mains"), planner_str(p, buf_str(&p->mains)));
	Str led = lead_list(p);
	if (led.len > 0)
		map_put(&p->files, S("led"), planner_str(p, led));
	map_put(&p->files, S("modinfo"), planner_str(p, planner_modinfo(p)));
	p->out->dir = path_join(
		p->arena, path_join(p->arena, p->in->cache, S("plan")), plan_digest(p, &replace));
	if (planner_has_imports(p))
		map_put(&p->files, S("exports"), planner_str(p, planner_exports(p)));
	map_put(&p->files, S("overlay.json"), planner_str(p, overlay_text(p, &replace)));
	const Str *kept = sums_kept(p->arena, p->out->dir);
	if (kept)
		map_put(&p->files, S("go.work.sum"), planner_str(p, *kept));
	return write_marks(p) && write_folder(p);
}
