// lock.h - one process at a time.
//
// The lock is on a file, which is made and stays. It ends with the process.
//
//	Lock lock;
//	if (!lock_take(&lock, path, d))
//		return false;
//	...
//	lock_drop(&lock);
#ifndef OS_LOCK_H
#define OS_LOCK_H

#include "base/diag.h"

typedef struct {
	int fd;
} Lock;

// lock_take waits until the lock is ours. The file's folder must exist.
bool lock_take(Lock *l, Str path, Diags *d);
void lock_drop(Lock *l);

#endif
