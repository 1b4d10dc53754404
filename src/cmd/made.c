#include "cmd/made.h"

#include "base/hash.h"
#include "os/file.h"
#include "plan/cache.h"
#include "plan/store.h"
#include "weave/archive.h"

// To be changed with what the link makes of an archive, where no `how` tells it.
#define FORMAT S("1")

// The build id names the content where go has finished an archive: the compiler alone writes the
// name of the action twice.
Str made_id(Str head)
{
	Str id = archive_id(head), content = id;
	Str action = str_cut(&content, '/');
	return content.len > 0 && !str_eq(action, content) ? id : S("");
}

// key names what is made of an archive; "" where that cannot be named.
static Str key(Made *m, Archive *ar, Str how)
{
	Diags unread = {.arena = m->arena};
	Str head;
	Hash h;

	if (ar->id.len == 0 && !ar->own &&
		file_read_head(m->arena, ar->file, ARCHIVE_HEAD, &head, &unread))
		ar->id = made_id(head);
	if (ar->id.len == 0 || how.len == 0)
		return S("");
	hash_init(&h);
	hash_add(&h, FORMAT);
	hash_add(&h, ar->id);
	hash_add(&h, how);
	return hash_hex(m->arena, &h);
}

static Str kept(const Made *m, Str key)
{
	return store_path(m->arena, m->store, "made", key);
}

static Str note(const Made *m, Str key)
{
	return store_path(m->arena, m->store, "made sum", key);
}

// is_whole compares a kept archive with its note.
static bool is_whole(const Made *m, Str path, Str key)
{
	Diags unread = {.arena = m->arena};
	Str sum;
	FileMap made;

	if (!file_exists(path) || !file_read(m->arena, note(m, key), &sum, &unread) ||
		!file_map(path, &made, &unread))
		return false;
	bool whole = str_eq(hash_text(m->arena, made.text), sum);
	file_unmap(&made);
	return whole;
}

bool made_find(Made *m, Archive *ar, Str how)
{
	Str k = key(m, ar, how), path = k.len > 0 ? kept(m, k) : S("");

	if (k.len == 0 || !is_whole(m, path, k))
		return false;
	cache_used(path);
	cache_used(note(m, k));
	*ar = (Archive){.file = path, .id = k};
	return true;
}

bool made_put(Made *m, Archive *ar, Str how, Str text, Diags *d)
{
	Diags unwritten = {.arena = m->arena};
	Str k = key(m, ar, how), path = k.len > 0 ? kept(m, k) : S("");

	// The note comes last: without it there is none.
	if (k.len > 0 && file_write_atomic(path, text, 0600, &unwritten) &&
		file_write_atomic(note(m, k), hash_text(m->arena, text), 0600, &unwritten)) {
		*ar = (Archive){.file = path, .id = k};
		return true;
	}
	path = str_format(m->arena, "%.*s.otel-%td.a", STR_ARG(m->config), m->n++);
	*ar = (Archive){.file = path, .own = true};
	return file_write_atomic(path, text, 0600, d);
}
