// edit.h - changes to a text, noted first and made together.
//
// The weaver never prints a syntax tree. It notes small edits at byte offsets
// of the original file and makes them all at the end. Every byte we did not
// mean to touch stays as the user wrote it: comments, spacing and, as long as
// no inserted text holds a newline, every line number.
//
// Edits may be noted in any order; insertions at one place keep theirs.
// Overlapping edits are a bug of ours, and stop the program.
//
//	Edits e = {.arena = a};
//	edit_insert(&e, body.from + 1, S(" hook();"));
//	Str woven = edit_apply(&e, src->text);
#ifndef WEAVE_EDIT_H
#define WEAVE_EDIT_H

#include "base/diag.h"

typedef struct Edit Edit;

// Set arena, leave the rest zero.
typedef struct {
	Arena *arena;       // holds the edits and the result
	Edit *first, *last; // by offset
} Edits;

// edit_insert puts text in front of the byte at offset.
// The text is borrowed, and must live until edit_apply.
void edit_insert(Edits *e, int32_t offset, Str text);

// edit_replace puts text in place of the bytes in span.
void edit_replace(Edits *e, Span span, Str text);

// edit_apply returns src with the edits made; without edits, src itself.
Str edit_apply(const Edits *e, Str src);

#endif
