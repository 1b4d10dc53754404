#include "golang/fault.h"

#include <limits.h>
#include <string.h>

// From offset on, positions count from this place.
struct LineInfo {
	Str file;
	int32_t offset, line, col; // col 0: columns are not known
};

// find_line returns the 0-based line of an offset. As in go/token, a newline
// at the very end of the text begins no line.
static int32_t find_line(Faults *f, int32_t offset)
{
	if (!f->newline) {
		Str text = f->src->text;
		int32_t n = 0;

		for (isize i = 0; i < text.len; i++)
			n += text.p[i] == '\n';
		f->newline = arena_array(f->arena, int32_t, n + 1);
		for (isize i = 0; i + 1 < text.len; i++)
			if (text.p[i] == '\n')
				f->newline[f->nline++] = (int32_t)i + 1;
	}

	int32_t low = 0, high = f->nline;
	while (low < high) {
		int32_t mid = low + (high - low) / 2;
		if (f->newline[mid] <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

// find_info returns the line directive that holds for an offset, or NULL.
static const LineInfo *find_info(const Faults *f, int32_t offset)
{
	int32_t low = 0, high = f->ninfo;

	while (low < high) {
		int32_t mid = low + (high - low) / 2;
		if (f->info[mid].offset <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? &f->info[low - 1] : NULL;
}

Place fault_place(Faults *f, int32_t offset)
{
	if (offset > f->src->text.len)
		offset = (int32_t)f->src->text.len;

	int32_t line = find_line(f, offset);
	int32_t start = line > 0 ? f->newline[line - 1] : 0;
	const LineInfo *info = find_info(f, offset);
	if (!info)
		return (Place){f->src->name, line + 1, offset - start + 1};

	Place p = {info->file, line - find_line(f, info->offset) + info->line, offset - start + 1};
	if (info->col == 0)
		p.col = 0;
	else if (p.line == info->line)
		p.col = info->col + (offset - info->offset);
	return p;
}

// place_cmp orders places as Go sorts errors.
static int place_cmp(Place a, Place b)
{
	int by_file = str_cmp(a.file, b.file);

	if (by_file != 0)
		return by_file;
	if (a.line != b.line)
		return a.line < b.line ? -1 : 1;
	return a.col < b.col ? -1 : a.col > b.col;
}

void fault_add(Faults *f, int32_t offset, const char *fmt, ...)
{
	Place place = fault_place(f, offset);
	int order = f->n > 0 ? place_cmp(place, f->first_place) : -1;

	f->last_line = place.line;
	f->n++;
	if (order > 0)
		return;

	va_list ap;
	va_start(ap, fmt);
	Str text = str_vformat(f->arena, fmt, ap);
	va_end(ap);
	// Where a //line directive hides the columns, the text decides.
	if (order == 0 && str_cmp(text, f->first_text) >= 0)
		return;
	f->first_place = place;
	f->first_offset = offset;
	f->first_text = text;
}

// ---- line directives

// path_clean takes "." and ".." and doubled slashes out of a path, as
// path/filepath's Clean does.
static Str path_clean(Arena *a, Str path)
{
	char *out = arena_array(a, char, path.len + 1);
	bool rooted = str_starts(path, S("/"));
	isize len = rooted, least = rooted; // ".." takes nothing off before least

	out[0] = rooted ? '/' : '.';
	for (Str rest = path, part; rest.len > 0;) {
		part = str_cut(&rest, '/');
		if (part.len == 0 || str_eq(part, S(".")))
			continue;
		if (str_eq(part, S("..")) && len > least) {
			do
				len--;
			while (len > least && out[len] != '/');
			continue;
		}
		if (str_eq(part, S("..")) && rooted)
			continue;
		if (len > rooted)
			out[len++] = '/';
		memcpy(out + len, part.p, (size_t)part.len);
		len += part.len;
		if (str_eq(part, S("..")))
			least = len;
	}
	return (Str){out, len > 0 ? len : 1};
}

// directive_file returns the name that a line directive stands for: relative
// ones are beside the file that has it.
static Str directive_file(Faults *f, Str name)
{
	Str dir = f->src->name;

	if (name.len == 0)
		return name;
	while (dir.len > 0 && dir.p[dir.len - 1] != '/')
		dir.len--;
	if (str_starts(name, S("/")))
		dir.len = 0;
	return path_clean(f->arena, str_format(f->arena, "%.*s%.*s", STR_ARG(dir), STR_ARG(name)));
}

// A number behind the last colon of a text.
typedef struct {
	int32_t at;  // where it begins; 0: there is no colon
	bool ok;     // it is a number from 1 on
	bool digits; // it is a number
	int32_t value;
} Tail;

enum { MAX_LINE = 1 << 30 };

static Tail number_behind_colon(Str text)
{
	isize at = text.len;
	uint64_t value = 0;

	while (at > 0 && text.p[at - 1] != ':')
		at--;
	if (at == 0)
		return (Tail){0};

	Tail t = {.at = (int32_t)at, .digits = at < text.len};
	for (isize i = at; i < text.len && t.digits; i++) {
		unsigned digit = (unsigned)(text.p[i] - '0');
		t.digits = digit <= 9 && value <= (UINT64_MAX - digit) / 10;
		value = value * 10 + digit;
	}
	t.ok = t.digits && 0 < value && value <= MAX_LINE;
	t.value = t.ok ? (int32_t)value : 0;
	return t;
}

static void add_info(Faults *f, LineInfo info)
{
	if (f->ninfo > 0 && f->info[f->ninfo - 1].offset >= info.offset)
		return;
	if (info.offset >= f->src->text.len)
		return;
	if (f->ninfo == f->info_cap) {
		LineInfo *old = f->info;
		f->info_cap = f->info_cap ? f->info_cap * 2 : 8;
		f->info = arena_array(f->arena, LineInfo, f->info_cap);
		if (old)
			memcpy(f->info, old, (size_t)f->ninfo * sizeof(*old));
	}
	f->info[f->ninfo++] = info;
}

// LineDirective = [ filename ] ":" line [ ":" column ] .
void fault_line_directive(Faults *f, Str text, int32_t offset, int32_t next)
{
	Tail last = number_behind_colon(text);

	if (last.at == 0)
		return;
	if (!last.digits) {
		fault_add(f, offset + last.at, "invalid line number: %.*s",
			STR_ARG(str_slice(text, last.at, text.len)));
		return;
	}

	Tail line = last, col = {0};
	Tail before = number_behind_colon(str_slice(text, 0, last.at - 1));
	if (before.at > 0 && before.digits) {
		line = before;
		col = last;
		if (!col.ok) {
			fault_add(f, offset + col.at, "invalid column number: %.*s",
				STR_ARG(str_slice(text, col.at, text.len)));
			return;
		}
		text = str_slice(text, 0, col.at - 1);
	}
	if (!line.ok) {
		fault_add(f, offset + line.at, "invalid line number: %.*s",
			STR_ARG(str_slice(text, line.at, text.len)));
		return;
	}

	Str name = str_slice(text, 0, line.at - 1);
	Str file = name.len == 0 && col.ok ? fault_place(f, offset).file : directive_file(f, name);
	add_info(f, (LineInfo){file, next, line.value, col.value});
}
