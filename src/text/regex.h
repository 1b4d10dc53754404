// regex.h - regular expressions, as Go's regexp reads them.
//
// It tells whether a text has a match somewhere; where that is, and what the groups
// hold, nobody asks. The time is at most the length of the pattern times that of the
// text, whatever they are. What Go has and this has not: classes of Unicode
// (\pL, \p{Greek}), and (?i) for what is not ASCII; both are told as an error.
//
//	Regex re;
//	Str why;
//	if (!regex_compile(a, pattern, &re, &why))
//		return diag_error(d, src, at, "%.*s", STR_ARG(why));
//	if (regex_match(&re, statement))
#ifndef TEXT_REGEX_H
#define TEXT_REGEX_H

#include "base/str.h"

typedef struct RegexInst RegexInst;
typedef struct RegexWork RegexWork;

typedef struct {
	const RegexInst *prog;
	isize n;
	RegexWork *work; // what regex_match notes: no two at a time with one Regex
} Regex;

// regex_compile reads a pattern into a. If it is none it returns false, and the reason
// in *why: "missing argument of '*'".
bool regex_compile(Arena *a, Str pattern, Regex *out, Str *why);

// regex_match tells whether some part of the text matches. Bytes that are not UTF-8
// count as U+FFFD each.
bool regex_match(const Regex *re, Str text);

#endif
