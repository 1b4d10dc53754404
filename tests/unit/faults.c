// faults.c - a disk that is full, for one call.
//
// The linker gives us these calls of os/file.c (--wrap, see the Makefile).
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static int left = -1; // calls that succeed before one fails; -1: none fails

void test_fail_at(int n)
{
	left = n;
}

static bool fails(void)
{
	if (left < 0 || left-- > 0)
		return false;
	errno = ENOSPC;
	return true;
}

ssize_t __real_write(int fd, const void *p, size_t n);
int __real_close(int fd);
int __real_fchmod(int fd, mode_t mode);
int __real_mkdir(const char *path, mode_t mode);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __wrap_close(int fd);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_rename(const char *from, const char *to);

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	if (fails())
		return -1;
	return __real_write(fd, p, left >= 0 && n > 1 ? n / 2 : n); // and short ones
}

int __wrap_close(int fd)
{
	bool fail = fails(); // it closes all the same
	int err = errno;
	int res = __real_close(fd);

	errno = err;
	return fail ? -1 : res;
}

int __wrap_fchmod(int fd, mode_t mode)
{
	return fails() ? -1 : __real_fchmod(fd, mode);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	return fails() ? -1 : __real_mkdir(path, mode);
}

int __wrap_rename(const char *from, const char *to)
{
	return fails() ? -1 : __real_rename(from, to);
}
