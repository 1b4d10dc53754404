// Source: runtime/debug.BuildInfo.String, cmd/go/internal/modload.ModInfoData.
#include "cmd/modinfo.h"

#include "base/buf.h"
#include "base/map.h"
#include "text/quote.h"

#define KEY S("modinfo ")

typedef struct {
	StrMap modules; // "PATH\tVERSION" -> Str *, what follows in the plain build
	Str gcflags;    // the line of that setting, "" without one
} Plain;

static Str *new_str(Arena *a, Str s)
{
	Str *copy = arena_new(a, Str);

	*copy = s;
	return copy;
}

// key_length finds the end of "PATH\tVERSION" in what stands behind "dep\t".
static isize key_length(Str line)
{
	isize first = str_find(line, S("\t"));
	isize more = first < 0 ? -1 : str_find(str_slice(line, first + 1, line.len), S("\t"));

	return more < 0 ? line.len : first + 1 + more;
}

static Plain read_plain(Arena *a, Str text)
{
	Plain p = {.modules.arena = a};

	while (text.len > 0) {
		Str line = str_cut(&text, '\n');
		if (str_starts(line, S("build\t"))) {
			p.gcflags = line;
			continue;
		}
		Str head = str_slice(line, 0, key_length(line));
		Str tail = str_slice(line, head.len, line.len);
		if (str_starts(text, S("=>\t"))) {
			Str replacement = str_cut(&text, '\n');
			tail = str_format(a, "\n%.*s", STR_ARG(replacement));
		}
		map_put(&p.modules, head, new_str(a, tail));
	}
	return p;
}

// A replacement by a folder is next: "=>\tPATH\t(devel)\t".
static bool folder_follows(Str rest)
{
	Str line = str_cut(&rest, '\n');

	return str_starts(line, S("=>\t")) && str_find(line, S("\t(devel)")) > 0;
}

static bool is_module(Str line)
{
	return str_starts(line, S("dep\t")) || str_starts(line, S("mod\t"));
}

static void add_line(StrBuf *b, Str line, bool newline)
{
	buf_add(b, line);
	if (newline)
		buf_add(b, S("\n"));
}

Str modinfo_plain(Arena *a, Str info, Str plain)
{
	Plain p = read_plain(a, plain);
	StrBuf b = {.arena = a};
	bool closed = str_ends(info, S("\n")); // go puts a mark behind the last line

	while (info.len > 0) {
		Str line = str_cut(&info, '\n');
		if (str_starts(line, S("build\t-gcflags="))) {
			add_line(&b, p.gcflags, p.gcflags.len > 0);
			continue;
		}
		const Str *tail = is_module(line) && folder_follows(info)
					  ? map_get(&p.modules, str_slice(line, 4, line.len))
					  : NULL;
		if (tail) {
			str_cut(&info, '\n');
			line = str_format(a, "%.*s%.*s", STR_ARG(line), STR_ARG(*tail));
		}
		add_line(&b, line, info.len > 0 || closed);
	}
	return buf_str(&b);
}

// Go has marks of its own around the text, which are not UTF-8.
static void add_quoted(StrBuf *b, Str s)
{
	buf_add(b, S("\""));
	for (isize i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool as_it_is = c >= ' ' && c <= '~' && c != '"' && c != '\\';
		buf_addf(b, as_it_is ? "%c" : "\\x%02x", c);
	}
	buf_add(b, S("\""));
}

// info_of returns the text of the line; "" of any other line.
static Str info_of(Arena *a, Str line)
{
	if (!str_starts(line, KEY))
		return S("");
	return string_value(a, str_trim(str_slice(line, KEY.len, line.len)));
}

static Str line_of(Arena *a, Str info)
{
	StrBuf b = {.arena = a};

	buf_add(&b, KEY);
	add_quoted(&b, info);
	return buf_str(&b);
}

Str modinfo_line(Arena *a, Str line, Str plain)
{
	Str info = info_of(a, line);

	return info.len > 0 ? line_of(a, modinfo_plain(a, info, plain)) : line;
}

// path_of returns the module path of a line "dep\tPATH\t…".
static Str path_of(Str dep)
{
	str_cut(&dep, '\t');
	return str_cut(&dep, '\t');
}

// The modules follow the first two lines, sorted by their paths. Source: cmd/go/internal/load,
// setBuildInfo.
Str modinfo_with(Arena *a, Str line, StrList *deps)
{
	Str info = info_of(a, line);
	StrBuf b = {.arena = a};
	bool closed = str_ends(info, S("\n"));
	isize next = 0;

	if (info.len == 0)
		return line;
	strlist_sort(deps);
	for (bool head = true; info.len > 0; head = false) {
		Str one = str_cut(&info, '\n');
		bool dep = str_starts(one, S("dep\t"));
		bool module = head || is_module(one) || str_starts(one, S("=>\t"));
		while (next < deps->n &&
			(dep ? str_cmp(path_of(deps->v[next]), path_of(one)) < 0 : !module))
			buf_add(&b, deps->v[next++]);
		if (dep && next < deps->n && str_eq(path_of(deps->v[next]), path_of(one)))
			next++;
		add_line(&b, one, info.len > 0 || closed);
	}
	return line_of(a, buf_str(&b));
}
