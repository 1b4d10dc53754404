#include "fuzz/fuzz.h"

Source fuzz_source(const uint8_t *data, size_t size)
{
	return (Source){S("fuzz.go"), {(const char *)data, (isize)size}};
}

int32_t fuzz_line(Str text, int32_t at, int32_t *line, int32_t *seen)
{
	for (; *seen < at; ++*seen)
		*line += text.p[*seen] == '\n';
	return *line;
}
