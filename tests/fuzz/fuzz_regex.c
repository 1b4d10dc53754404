// Whatever the pattern, it is compiled or explained, and comes to the end of any text. The
// text is what stands behind the first NUL; without one, the pattern itself.
#include "fuzz/fuzz.h"
#include "text/regex.h"

enum { MAX_SIZE = 4096 }; // the time is that of pattern times text

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = {0};
	Str all = {(const char *)data, (isize)(size < MAX_SIZE ? size : MAX_SIZE)};
	Str text = all, pattern = str_cut(&text, 0), why = S("");
	Regex re;

	if (text.len == 0)
		text = pattern;
	if (regex_compile(&a, pattern, &re, &why)) {
		ensure(why.len == 0);
		bool found = regex_match(&re, text);
		ensure(regex_match(&re, text) == found);
		// With nothing as an alternative it matches everywhere.
		Str whole = str_format(&a, "(?:%.*s)|", STR_ARG(pattern));
		if (regex_compile(&a, whole, &re, &why))
			ensure(regex_match(&re, text));
	} else {
		ensure(why.len > 0);
	}
	arena_free(&a);
	return 0;
}
