// file.h - reading and writing files and folders.
//
// What we write is there in full or not at all: it goes to a temporary file
// beside the target, of a name that nobody can guess, and is renamed. Whatever
// fails, a full disk for one, leaves no temporary file behind.
//
// All that can fail adds one diagnostic with the path and the system's reason.
#ifndef OS_FILE_H
#define OS_FILE_H

#include "base/list.h"
#include "os/path.h"

typedef struct {
	int64_t size, mtime_ns; // bytes; nanoseconds since 1970
	int mode;               // permission bits
	bool is_dir;
} FileInfo;

// file_read reads a whole file into a. *out is followed by a NUL byte.
bool file_read(Arena *a, Str path, Str *out, Diags *d);

// A file whose text is in memory without having been read: what is looked at is. No NUL follows.
typedef struct {
	Str text;
	void *memory;
} FileMap;

// file_map maps a file. Its text is there until file_unmap.
bool file_map(Str path, FileMap *out, Diags *d);
void file_unmap(const FileMap *m);

// file_read_head reads the first n bytes, or fewer if the file is shorter.
bool file_read_head(Arena *a, Str path, isize n, Str *out, Diags *d);

// file_write_atomic replaces or makes the file at path. Its folder must exist.
bool file_write_atomic(Str path, Str text, int mode, Diags *d);

// file_stat returns false, and adds no diagnostic, if there is no such file.
bool file_stat(Str path, FileInfo *out);
bool file_exists(Str path);
bool file_is_dir(Str path);

// file_may_make reports whether we may make a file or folder at path, and folders above it
// that are not there.
bool file_may_make(Str path);

// file_touch gives a file or folder the present time, if it can.
void file_touch(Str path);

// file_link makes a symbolic link at path.
bool file_link(Str target, Str path, Diags *d);

// file_rename moves a file or folder, replacing a file that is there.
bool file_rename(Str from, Str to, Diags *d);

// file_remove_tree removes a file, or a folder and all in it, following no
// link. Nothing there is a success.
bool file_remove_tree(Str path, Diags *d);

// dir_make_all makes a folder and those above it, for their owner only (0700).
bool dir_make_all(Str path, Diags *d);

// dir_check_private fails if somebody else may have put files into the folder: it belongs
// to another user than us and root, or others may write to it. A folder that is not there
// yet is fine.
bool dir_check_private(Str path, Diags *d);

// dir_make_temp makes a new empty folder beside prefix: PREFIX.tmp-XXXXXX.
bool dir_make_temp(Arena *a, Str prefix, Str *out, Diags *d);

// dir_publish moves a finished folder to its place. Where another process has
// put one already, that one stays, and ours is removed: a success too.
bool dir_publish(Str temp, Str dir, Diags *d);

// dir_copy copies a folder and all in it; to is made, and may be read by others.
bool dir_copy(Str from, Str to, Diags *d);

// dir_list adds the names of the entries, sorted, without "." and "..".
bool dir_list(Str path, StrList *names, Diags *d);

#endif
