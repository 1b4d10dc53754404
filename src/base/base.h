// base.h - the few words every file needs.
#ifndef BASE_H
#define BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Sizes and counts are signed: subtraction is safe and UBSan sees overflow.
typedef ptrdiff_t isize;

#define countof(a) ((isize)(sizeof(a) / sizeof((a)[0])))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define no_return __attribute__((noreturn)) // not _Noreturn: cppcheck 2.10 misses that

// BUG stops the program: an invariant of ours is broken, no input can excuse it.
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
#define ensure(cond) ((cond) ? (void)0 : BUG("not true: %s", #cond))

no_return printf_like(3, 4) void bug_at(const char *file, int line, const char *fmt, ...);

// die stops the program with exit status 3: the machine cannot give what we need.
// Only cmd/ and the arena call it.
no_return printf_like(1, 2) void die(const char *fmt, ...);

#endif
