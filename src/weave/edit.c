#include "weave/edit.h"

#include <string.h>

struct Edit {
	Edit *next;
	Span span;
	Str text;
};

// By start, then by end: an insertion goes before a replacement that starts there.
static bool goes_before(Span a, Span b)
{
	return a.from < b.from || (a.from == b.from && a.to <= b.to);
}

void edit_replace(Edits *e, Span span, Str text)
{
	Edit *edit = arena_new(e->arena, Edit);
	Edit **link = &e->first;

	// Edits come mostly in order: look from the last one on, if it stands before.
	if (e->last && goes_before(e->last->span, span))
		link = &e->last->next;
	while (*link && goes_before((*link)->span, span))
		link = &(*link)->next;
	*edit = (Edit){.next = *link, .span = span, .text = text};
	*link = edit;
	if (!edit->next)
		e->last = edit;
}

void edit_insert(Edits *e, int32_t offset, Str text)
{
	edit_replace(e, (Span){offset, offset}, text);
}

static char *put(char *to, Str s)
{
	if (s.len > 0)
		memcpy(to, s.p, (size_t)s.len);
	return to + s.len;
}

Str edit_apply(const Edits *e, Str src)
{
	isize len = src.len;
	int32_t done = 0; // bytes of src dealt with

	if (!e->first)
		return src;
	for (const Edit *d = e->first; d; d = d->next) {
		ensure(done <= d->span.from && d->span.from <= d->span.to && d->span.to <= src.len);
		len += d->text.len - (d->span.to - d->span.from);
		done = d->span.to;
	}

	char *out = arena_array(e->arena, char, len);
	char *to = out;
	done = 0;
	for (const Edit *d = e->first; d; d = d->next) {
		to = put(to, str_slice(src, done, d->span.from));
		to = put(to, d->text);
		done = d->span.to;
	}
	to = put(to, str_slice(src, done, src.len));
	ensure(to == out + len);
	return (Str){out, len};
}
