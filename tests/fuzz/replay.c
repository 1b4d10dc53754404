// replay.c - runs a fuzz target over files, without a fuzzer. Every input that ever
// broke us stays in the corpus, and runs on each make check.
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"

int main(int argc, char **argv)
{
	static uint8_t buf[1 << 20];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (!f) {
			perror(argv[i]);
			return 1;
		}
		size_t n = fread(buf, 1, sizeof(buf), f);
		fclose(f);
		// A copy of the exact size, so that ASan sees reads past the end.
		uint8_t *data = malloc(n + !n);
		for (size_t k = 0; k < n; k++)
			data[k] = buf[k];
		LLVMFuzzerTestOneInput(data, n);
		free(data);
	}
	return 0;
}
