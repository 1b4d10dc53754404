// screen.h - colours, where somebody looks at them.
#ifndef CMD_SCREEN_H
#define CMD_SCREEN_H

#include <stdio.h>

#include "base/str.h"

// Set by screen_start; plain strings, empty without colours.
typedef struct {
	const char *bold, *dim, *red, *green, *yellow, *cyan, *off;
} Screen;

// screen_start decides for one stream. when is the value of --color: "always", "never",
// else by whether it is a terminal, NO_COLOR (no-color.org), and TERM.
Screen screen_start(FILE *to, Str when);

#endif
