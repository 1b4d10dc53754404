#include "weave/archive.h"

#include <string.h>

#include "base/buf.h"

// A member's header, by ar's own layout: name, date, uid, gid, mode, size, end.
enum { HEADER = 60, NAME = 16, SIZE_AT = 48, SIZE = 10 };

typedef struct {
	Str all;  // header, body and padding
	Str name; // without the spaces
	Str body;
} Member;

static bool archive_begins(Str archive, isize *pos)
{
	*pos = 8;
	return str_starts(archive, S("!<arch>\n"));
}

// read_header reads the header of the member at pos: its name, and the size of its body.
static bool read_header(Str archive, isize pos, Str *name, isize *size)
{
	if (archive.len - pos < HEADER)
		return false;
	Str header = str_slice(archive, pos, pos + HEADER);
	*name = str_trim(str_slice(header, 0, NAME));
	*size = 0;
	for (isize i = SIZE_AT; i < SIZE_AT + SIZE && header.p[i] != ' '; i++) {
		if (header.p[i] < '0' || header.p[i] > '9')
			return false;
		*size = *size * 10 + (header.p[i] - '0');
	}
	return true;
}

// next_member reads the member at *pos. False at the end, or where the archive
// is broken.
static bool next_member(Str archive, isize *pos, Member *out)
{
	isize size, from = *pos + HEADER;
	Str name;

	if (!read_header(archive, *pos, &name, &size) || archive.len - from < size)
		return false;

	isize end = from + size;
	end += (size & 1) && end < archive.len;
	*out = (Member){
		.all = str_slice(archive, *pos, end),
		.name = name,
		.body = str_slice(archive, from, from + size),
	};
	*pos = end;
	return true;
}

static bool find_member(Str archive, Str name, Member *out)
{
	isize pos;

	if (!archive_begins(archive, &pos))
		return false;
	while (next_member(archive, &pos, out))
		if (str_eq(out->name, name))
			return true;
	return false;
}

static Str beginning(Str s)
{
	return str_slice(s, 0, s.len < ARCHIVE_HEAD ? s.len : ARCHIVE_HEAD);
}

Str archive_id(Str head)
{
	Str key = S("\nbuild id \"");
	isize at = str_find(beginning(head), key);

	if (at < 0)
		return S("");
	Str rest = str_slice(head, at + key.len, head.len);
	return str_cut(&rest, '"');
}

Str archive_action_id(Str head)
{
	Str id = archive_id(head);

	return str_cut(&id, '/');
}

Str archive_compiler(Str head)
{
	Str key = S("\ngo object "), begin = beginning(head);
	isize at = str_find(begin, key);

	if (at < 0)
		return S("");
	Str rest = str_slice(begin, at + 1, begin.len);
	return str_cut(&rest, '\n');
}

bool archive_export_data(Str archive, Str *out)
{
	Member m;

	if (!find_member(archive, S("__.PKGDEF"), &m))
		return false;
	isize at = str_find(m.body, S("\n$$B\n"));
	if (at < 0)
		return false;
	*out = str_slice(m.body, at, m.body.len);
	return true;
}

bool archive_code(Str archive, Str *body)
{
	Member m;

	if (!find_member(archive, S("_go_.o"), &m))
		return false;
	*body = m.body;
	return true;
}

Str archive_bare(Str archive)
{
	Member definition, code;
	isize pos;

	if (!archive_begins(archive, &pos) || !next_member(archive, &pos, &definition) ||
		!str_eq(definition.name, S("__.PKGDEF")) || !next_member(archive, &pos, &code) ||
		!str_eq(code.name, S("_go_.o")) || pos != archive.len)
		return S("");
	return code.body;
}

// In front of the object stands, as text, what cgo has to tell the linker: some kilobytes.
enum { CODE_HEAD = 1 << 16 };

// code_at returns where the member behind __.PKGDEF begins, 0 if the archive begins otherwise.
static isize code_at(Str head)
{
	isize pos, size;
	Str name;

	if (!archive_begins(head, &pos) || !read_header(head, pos, &name, &size) ||
		!str_eq(name, S("__.PKGDEF")))
		return 0;
	return pos + HEADER + size + (size & 1);
}

isize archive_head_size(Str head)
{
	isize at = code_at(head);

	return at > 0 ? at + HEADER + CODE_HEAD : 0;
}

Str archive_head_code(Str head)
{
	isize at = code_at(head), size;
	Str name;

	if (at == 0 || !read_header(head, at, &name, &size) || !str_eq(name, S("_go_.o")))
		return S("");
	at += HEADER;
	return str_slice(head, at, head.len - at < size ? head.len : at + size);
}

bool archive_set_id(Arena *a, Str archive, Str id, Str *out)
{
	Str old = archive_id(archive), rest = archive;
	char *to = arena_array(a, char, archive.len);

	if (old.len == 0 || old.len != id.len)
		return false;
	memcpy(to, archive.p, (size_t)archive.len);
	for (isize at; (at = str_find(rest, old)) >= 0;
		rest = str_slice(rest, at + old.len, rest.len))
		memcpy(to + (rest.p - archive.p) + at, id.p, (size_t)id.len);
	*out = (Str){to, archive.len};
	return true;
}

// exchange_code returns the archive with another member in the place of _go_.o: these three.
static bool exchange_code(Arena *a, Str archive, const Str code[3], Str *out)
{
	StrBuf b = {.arena = a};
	Member old, m;
	isize pos;

	if (!find_member(archive, S("_go_.o"), &old) || !archive_begins(archive, &pos))
		return false;
	buf_space(&b, archive.len - old.all.len + code[0].len + code[1].len + code[2].len + 1);
	buf_add(&b, str_slice(archive, 0, pos));
	while (next_member(archive, &pos, &m)) {
		bool is_code = str_eq(m.name, S("_go_.o"));
		for (int i = 0; i < 3; i++)
			buf_add(&b, is_code ? code[i] : i == 0 ? m.all : S(""));
		if (b.len & 1)
			buf_add(&b, S("\n"));
	}
	*out = buf_str(&b);
	return pos == archive.len;
}

bool archive_set_code(Arena *a, Str archive, Str text, Str object, Str *out)
{
	Member code;

	if (!find_member(archive, S("_go_.o"), &code))
		return false;
	Str head = str_format(a, "%.*s%-*td`\n", STR_ARG(str_slice(code.all, 0, SIZE_AT)), SIZE,
		text.len + object.len);
	return exchange_code(a, archive, (const Str[3]){head, text, object}, out);
}

bool archive_exchange(Arena *a, Str plain, Str woven, Str *out)
{
	Member code;

	return find_member(woven, S("_go_.o"), &code) &&
	       exchange_code(a, plain, (const Str[3]){code.all}, out);
}
