// answer.h - what a tool says of its version, kept.
//
// On every build go asks each tool for its version (-V=full), to make it part of the
// cache keys, and starts the tool for that: some milliseconds each. The answer is that of
// the tool alone, so we keep it, for the tool's file (path, size, time, inode) and the
// environment that it is made in, and give it in the tool's place.
//
//	CACHE/tool/DIGEST    the digest of the answer, and the answer
#ifndef CMD_ANSWER_H
#define CMD_ANSWER_H

#include "cmd/tool.h"

// answer_version prints the tool's version, from our cache or from the tool, and returns
// the exit status.
int answer_version(Arena *a, const Tool *t);

#endif
