#include "os/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "os/path.h"

bool lock_take(Lock *l, Str path, Diags *d)
{
	CPath c;
	int fd = open(path_c(&c, path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return diag_fault(d, "cannot open '%.*s': %s", STR_ARG(path), strerror(errno));
	while (flock(fd, LOCK_EX) != 0) {
		if (errno == EINTR)
			continue;
		int err = errno;
		close(fd);
		return diag_fault(d, "cannot lock '%.*s': %s", STR_ARG(path), strerror(err));
	}
	l->fd = fd;
	return true;
}

void lock_drop(Lock *l)
{
	close(l->fd);
}
