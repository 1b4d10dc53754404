#include "text/bundle.h"

#include "os/file.h"

enum { BLOCK = 512 };

// One member of a ustar archive.
typedef struct {
	Str path, data;
	char kind; // '0' a file, '5' a folder
} Member;

// field returns a header field without the NULs at its end.
static Str field(Str block, isize at, isize len)
{
	Str rest = str_slice(block, at, at + len);

	return str_cut(&rest, '\0');
}

// octal reads a number of the header; -1 if it is none.
static isize octal(Str digits)
{
	isize n = 0;

	for (isize i = 0; i < digits.len; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '7')
			return -1;
		n = 8 * n + (digits.p[i] - '0');
	}
	return n;
}

// is_inside reports whether path stays in the folder that it is relative to.
static bool is_inside(Str path)
{
	if (path.len == 0 || str_starts(path, S("/")))
		return false;
	while (path.len > 0) {
		if (str_eq(str_cut(&path, '/'), S("..")))
			return false;
	}
	return true;
}

// next_member takes the next member off *rest. It returns false at the end of
// the archive, and with *damaged set where there is none.
static bool next_member(Arena *a, Str *rest, Member *m, bool *damaged)
{
	*damaged = true;
	if (rest->len < BLOCK)
		return false;
	Str head = str_slice(*rest, 0, BLOCK);
	if (head.p[0] == '\0') { // a block of zeros
		*damaged = false;
		return false;
	}

	isize size = octal(field(head, 124, 12));
	if (!str_eq(field(head, 257, 5), S("ustar")) || size < 0 || size > rest->len - BLOCK)
		return false;
	*m = (Member){
		.path = path_join(a, field(head, 345, 155), field(head, 0, 100)),
		.data = str_slice(*rest, BLOCK, BLOCK + size),
		.kind = head.p[156],
	};
	isize padded = BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
	*rest = str_slice(*rest, padded < rest->len ? padded : rest->len, rest->len);
	*damaged = !is_inside(m->path) || (m->kind != '0' && m->kind != '5');
	return !*damaged;
}

static bool unpack_into(Arena *a, Str tar, Str dir, Diags *d)
{
	Member m;
	bool damaged;

	while (next_member(a, &tar, &m, &damaged)) {
		Str path = path_join(a, dir, m.path);
		bool ok = m.kind == '5' ? dir_make_all(path, d)
					: file_write_atomic(path, m.data, 0644, d);
		if (!ok)
			return false;
	}
	return !damaged || diag_fault(d, "cannot unpack the bundle: it is damaged");
}

bool bundle_unpack(Str tar, Str dir, Diags *d)
{
	Arena a = {0};
	Str temp;
	bool ok = dir_make_temp(&a, dir, &temp, d);

	if (ok) {
		ok = unpack_into(&a, tar, temp, d) && dir_publish(temp, dir, d);
		if (!ok)
			file_remove_tree(temp, &(Diags){.arena = &a}); // we said why already
	}
	arena_free(&a);
	return ok;
}

static bool is_whole(Str path, const Member *m)
{
	Arena a = {0};
	Diags unread = {.arena = &a};
	Str text;

	if (m->kind == '5')
		return file_is_dir(path);
	bool whole =
		file_exists(path) && file_read(&a, path, &text, &unread) && str_eq(text, m->data);
	arena_free(&a);
	return whole;
}

bool bundle_repair(Str tar, Str dir, isize *repaired, Diags *d)
{
	Arena a = {0};
	Member m;
	bool damaged, ok = true;

	*repaired = 0;
	while (ok && next_member(&a, &tar, &m, &damaged)) {
		Str path = path_join(&a, dir, m.path);
		if (is_whole(path, &m))
			continue;
		ok = m.kind == '5' ? dir_make_all(path, d)
				   : file_write_atomic(path, m.data, 0644, d);
		*repaired += ok;
	}
	arena_free(&a);
	return ok;
}

bool bundle_ready(Arena *a, Str cache, Str *dir, Diags *d)
{
	Str parent = path_join(a, cache, S("bundle"));

	*dir = path_join(a, parent, str_slice(bundle_digest(), 0, 16));
	if (file_is_dir(*dir))
		return true;
	return dir_make_all(parent, d) && bundle_unpack(bundle_bytes(), *dir, d);
}
