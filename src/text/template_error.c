#include "base/near.h"
#include "text/template_tree.h"

// place_line finds the line of the template that holds a byte in the source, where it
// stands in the block that begins at `at`: as many lines on, but indented.
static bool place_line(const TemplateOrigin *from, int32_t byte, isize *start)
{
	Str block = str_slice(from->src->text, from->at.from, from->at.to), rest = block;
	Str text = from->text;

	str_cut(&rest, '\n');
	for (isize begin = 0; rest.len > 0 && text.len > 0;) {
		Str line = str_cut(&text, '\n'), raw = str_cut(&rest, '\n');
		if (byte <= begin + line.len) {
			*start = from->at.from + (raw.p + raw.len - line.len - block.p) - begin;
			return str_ends(raw, line);
		}
		begin += line.len + 1;
	}
	return false;
}

// place returns where some bytes of the template are in the source: the whole template
// where that cannot be said.
static Span place(const TemplateOrigin *from, Span in)
{
	Str block = str_slice(from->src->text, from->at.from, from->at.to);
	isize start = str_find(block, from->text);
	int32_t end = from->at.to;

	if (start >= 0)
		start += from->at.from;
	else if (!block.len || block.p[0] != '|' || !place_line(from, in.from, &start))
		return from->at;
	int32_t first = (int32_t)start + in.from, last = (int32_t)start + in.to;
	return (Span){first < end ? first : end, last < end ? last : end};
}

bool template_error(const Template *t, Diags *d, Span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	Str text = str_vformat(d->arena, fmt, ap);
	va_end(ap);
	return diag_error(d, t->from.src, place(&t->from, at), "%.*s", STR_ARG(text));
}

bool template_suggest(Diags *d, const StrList *words, Str word, const char *before)
{
	Str near = nearest(words, word);

	if (near.len > 0)
		diag_help(d, "did you mean '%s%.*s'?", before, STR_ARG(near));
	return near.len > 0;
}

void template_suggest_name(Diags *d, const StrList *names, Str word)
{
	if (!template_suggest(d, names, word, ".") && names->n > 0)
		diag_help(d, "there is .%.*s", STR_ARG(str_join(d->arena, names, S(", ."))));
}

bool template_unknown_name(const Template *t, Diags *d, Span at, Str name)
{
	template_error(t, d, at, "unknown name '%.*s'", STR_ARG(name));
	template_suggest_name(d, t->names, name);
	return false;
}
