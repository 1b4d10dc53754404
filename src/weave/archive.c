#include "weave/archive.h"

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

// next_member reads the member at *pos. False at the end, or where the archive
// is broken.
static bool next_member(Str archive, isize *pos, Member *out)
{
	isize size = 0, from = *pos;

	if (archive.len - from < HEADER)
		return false;
	Str header = str_slice(archive, from, from + HEADER);
	for (isize i = SIZE_AT; i < SIZE_AT + SIZE && header.p[i] != ' '; i++) {
		if (header.p[i] < '0' || header.p[i] > '9')
			return false;
		size = size * 10 + (header.p[i] - '0');
	}
	from += HEADER;
	if (archive.len - from < size)
		return false;

	isize end = from + size;
	end += (size & 1) && end < archive.len;
	*out = (Member){
		.all = str_slice(archive, *pos, end),
		.name = str_trim(str_slice(header, 0, NAME)),
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

Str archive_action_id(Str head)
{
	Str key = S("\nbuild id \"");
	isize at = str_find(
		str_slice(head, 0, head.len < ARCHIVE_HEAD ? head.len : ARCHIVE_HEAD), key);

	if (at < 0)
		return S("");
	Str id = str_slice(head, at + key.len, head.len);
	Str line = str_cut(&id, '"');
	return str_cut(&line, '/');
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

bool archive_exchange(Arena *a, Str plain, Str woven, Str *out)
{
	StrBuf b = {.arena = a};
	Member code, m;
	bool found = false;
	isize pos;

	if (!find_member(woven, S("_go_.o"), &code) || !archive_begins(plain, &pos))
		return false;
	buf_space(&b, plain.len + code.all.len);
	buf_add(&b, str_slice(plain, 0, pos));
	while (next_member(plain, &pos, &m)) {
		bool is_code = str_eq(m.name, S("_go_.o"));
		found |= is_code;
		buf_add(&b, is_code ? code.all : m.all);
		if (b.len & 1)
			buf_add(&b, S("\n"));
	}
	*out = buf_str(&b);
	return found && pos == plain.len;
}
