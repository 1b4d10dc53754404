#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum { ROOM = 512 }; // for the read that finds the end

// cannot adds "cannot VERB 'path': reason", the reason being errno's.
static bool cannot(Diags *d, const char *verb, Str path)
{
	return diag_fault(d, "cannot %s '%.*s': %s", verb, STR_ARG(path), strerror(errno));
}

// read_all appends what fd still has to b, and a NUL that is not counted. A file of a known size
// has ended where one read has given just that.
static bool read_all(int fd, StrBuf *b, int64_t size)
{
	ssize_t n;

	do {
		char *to = buf_space(b, ROOM);
		n = read(fd, to, (size_t)(b->cap - b->len - 1));
		if (n > 0)
			b->len += n;
		if (n > 0 && n == size)
			n = 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n == 0)
		b->p[b->len] = '\0';
	return n == 0;
}

bool file_read(Arena *a, Str path, Str *out, Diags *d)
{
	CPath c;
	struct stat st;
	StrBuf b = {.arena = a};
	int fd = open(path_c(&c, path), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return cannot(d, "read", path);
	bool sized = fstat(fd, &st) == 0 && st.st_size > 0;
	if (sized)
		buf_space(&b, st.st_size + ROOM + 1); // so that the text is read into its place

	bool ok = read_all(fd, &b, sized ? st.st_size : -1) || cannot(d, "read", path);
	close(fd);
	*out = buf_str(&b);
	return ok;
}

bool file_map(Str path, FileMap *out, Diags *d)
{
	CPath c;
	struct stat st;
	int fd = open(path_c(&c, path), O_RDONLY | O_CLOEXEC);

	*out = (FileMap){.text = S("")};
	if (fd < 0)
		return cannot(d, "read", path);
	bool ok = fstat(fd, &st) == 0;
	if (ok && st.st_size > 0) { // there is no mapping of nothing
		void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		ok = p != MAP_FAILED;
		if (ok)
			*out = (FileMap){{p, st.st_size}, p};
	}
	if (!ok)
		cannot(d, "read", path);
	close(fd);
	return ok;
}

void file_unmap(const FileMap *m)
{
	if (m->memory)
		munmap(m->memory, (size_t)m->text.len);
}

bool file_read_head(Arena *a, Str path, isize n, Str *out, Diags *d)
{
	CPath c;
	char *to = arena_array(a, char, n);
	int fd = open(path_c(&c, path), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return cannot(d, "read", path);
	ssize_t got = read(fd, to, (size_t)n);
	bool ok = got >= 0 || cannot(d, "read", path);
	close(fd);
	*out = (Str){to, ok ? got : 0};
	return ok;
}

static bool write_all(int fd, Str text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.p, (size_t)text.len);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = str_slice(text, n, text.len);
	}
	return true;
}

// fill writes the temporary file, gives it its mode and closes it.
static bool fill(int fd, Str text, int mode)
{
	bool ok = write_all(fd, text) && fchmod(fd, (mode_t)mode) == 0;
	int err = errno;

	// A full disk may show only here, on some file systems.
	if (close(fd) != 0)
		return false;
	errno = err;
	return ok;
}

// temp_name appends a suffix for mkstemp or mkdtemp to path.
static bool temp_name(CPath *c, Str path)
{
	static const char suffix[] = ".tmp-XXXXXX";

	path_c(c, path);
	if (path.len + (isize)sizeof(suffix) > (isize)sizeof(c->s)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(c->s + path.len, suffix, sizeof(suffix));
	return true;
}

bool file_write_atomic(Str path, Str text, int mode, Diags *d)
{
	CPath temp, target;
	int fd = temp_name(&temp, path) ? mkstemp(temp.s) : -1;

	if (fd < 0)
		return cannot(d, "write", path);
	if (fill(fd, text, mode) && rename(temp.s, path_c(&target, path)) == 0)
		return true;
	cannot(d, "write", path);
	unlink(temp.s);
	return false;
}

bool file_stat(Str path, FileInfo *out)
{
	CPath c;
	struct stat st;

	if (stat(path_c(&c, path), &st) != 0)
		return false;
	*out = (FileInfo){
		.size = st.st_size,
		.mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
		.mode = (int)(st.st_mode & 07777),
		.is_dir = S_ISDIR(st.st_mode),
	};
	return true;
}

bool file_exists(Str path)
{
	FileInfo info;

	return file_stat(path, &info);
}

bool file_is_dir(Str path)
{
	FileInfo info;

	return file_stat(path, &info) && info.is_dir;
}

bool file_may_make(Str path)
{
	CPath c;

	do
		path = path_dir(path);
	while (path.len > 1 && !file_exists(path));
	return access(path_c(&c, path), W_OK | X_OK) == 0;
}

void file_touch(Str path)
{
	CPath c;

	utimensat(AT_FDCWD, path_c(&c, path), NULL, 0);
}

bool file_link(Str target, Str path, Diags *d)
{
	CPath to, at;

	if (symlink(path_c(&to, target), path_c(&at, path)) != 0)
		return cannot(d, "link", path);
	return true;
}

bool file_rename(Str from, Str to, Diags *d)
{
	CPath cfrom, cto;

	return rename(path_c(&cfrom, from), path_c(&cto, to)) == 0 || cannot(d, "write", to);
}

bool file_remove_tree(Str path, Diags *d)
{
	CPath c;
	struct stat st;

	if (lstat(path_c(&c, path), &st) != 0)
		return errno == ENOENT || cannot(d, "remove", path);
	if (S_ISDIR(st.st_mode)) {
		Arena a = {0};
		StrList names = {.arena = &a};
		bool ok = dir_list(path, &names, d);
		for (isize i = 0; ok && i < names.n; i++)
			ok = file_remove_tree(path_join(&a, path, names.v[i]), d);
		arena_free(&a);
		if (!ok)
			return false;
	}
	if (remove(c.s) != 0)
		return errno == ENOENT || cannot(d, "remove", path);
	return true;
}

bool dir_make_all(Str path, Diags *d)
{
	CPath c;

	if (mkdir(path_c(&c, path), 0700) == 0 || (errno == EEXIST && file_is_dir(path)))
		return true;
	if (errno != ENOENT || path.len <= 1 || str_eq(path_dir(path), S(".")))
		return cannot(d, "make folder", path);
	if (!dir_make_all(path_dir(path), d))
		return false;
	if (mkdir(c.s, 0700) != 0 && errno != EEXIST)
		return cannot(d, "make folder", path);
	return true;
}

bool dir_check_private(Str path, Diags *d)
{
	struct stat st;
	CPath c;

	if (stat(path_c(&c, path), &st) != 0)
		return errno == ENOENT || errno == ENOTDIR || cannot(d, "read folder", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return diag_fault(d, "'%.*s' belongs to another user", STR_ARG(path));
	if (S_ISDIR(st.st_mode) && (st.st_mode & (S_IWGRP | S_IWOTH)))
		return diag_fault(d, "others may write to '%.*s'", STR_ARG(path));
	return true;
}

bool dir_make_temp(Arena *a, Str prefix, Str *out, Diags *d)
{
	CPath temp;

	if (!temp_name(&temp, prefix) || !mkdtemp(temp.s))
		return cannot(d, "make folder", prefix);
	*out = str_dup(a, str_from(temp.s));
	return true;
}

bool dir_publish(Str temp, Str dir, Diags *d)
{
	CPath from, to;

	if (rename(path_c(&from, temp), path_c(&to, dir)) == 0)
		return true;
	if (errno != EEXIST && errno != ENOTEMPTY)
		return cannot(d, "write", dir);
	return file_remove_tree(temp, d);
}

static bool copy_file(Str from, Str to, Diags *d)
{
	Arena a = {0};
	Str text = {0};
	bool ok = file_read(&a, from, &text, d) && file_write_atomic(to, text, 0644, d);

	arena_free(&a);
	return ok;
}

bool dir_copy(Str from, Str to, Diags *d)
{
	Arena a = {0};
	StrList names = {.arena = &a};
	bool ok = dir_make_all(to, d) && dir_list(from, &names, d);

	for (isize i = 0; i < names.n && ok; i++) {
		Str path = path_join(&a, from, names.v[i]), copy = path_join(&a, to, names.v[i]);
		ok = file_is_dir(path) ? dir_copy(path, copy, d) : copy_file(path, copy, d);
	}
	arena_free(&a);
	return ok;
}

bool dir_list(Str path, StrList *names, Diags *d)
{
	CPath c;
	DIR *dir = opendir(path_c(&c, path));
	struct dirent *e;
	isize before = names->n;

	if (!dir)
		return cannot(d, "read folder", path);
	for (errno = 0; (e = readdir(dir)); errno = 0) {
		Str name = str_from(e->d_name);
		if (!str_eq(name, S(".")) && !str_eq(name, S("..")))
			strlist_add(names, str_dup(names->arena, name));
	}
	bool ok = errno == 0 || cannot(d, "read folder", path);
	closedir(dir);
	StrList added = {.v = names->v + before, .n = names->n - before};
	strlist_sort(&added);
	return ok;
}
