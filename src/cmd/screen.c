#include "cmd/screen.h"

#include <unistd.h>

#include "os/env.h"

static bool wants_colour(FILE *to, Str when)
{
	if (str_eq(when, S("always")) || str_eq(when, S("never")))
		return str_eq(when, S("always"));
	return env_get(S("NO_COLOR")).len == 0 && !str_eq(env_get(S("TERM")), S("dumb")) &&
	       isatty(fileno(to)) == 1;
}

Screen screen_start(FILE *to, Str when)
{
	static const Screen plain = {"", "", "", "", "", "", ""};
	static const Screen colours = {
		"\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[33m", "\033[36m", "\033[0m"};

	return wants_colour(to, when) ? colours : plain;
}
