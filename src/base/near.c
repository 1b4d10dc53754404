#include "base/near.h"

enum { MAX_LEN = 64 }; // longer words are no name with a slip

static int min(int a, int b)
{
	return a < b ? a : b;
}

// distance counts the letters to add, drop, change, or exchange with the next
// (Damerau-Levenshtein), to make b of a.
static int distance(Str a, Str b)
{
	int d[MAX_LEN + 1][MAX_LEN + 1];

	for (int i = 0; i <= a.len; i++)
		d[i][0] = i;
	for (int k = 0; k <= b.len; k++)
		d[0][k] = k;
	for (int i = 1; i <= a.len; i++) {
		for (int k = 1; k <= b.len; k++) {
			char x = a.p[i - 1], y = b.p[k - 1];
			d[i][k] =
				min(d[i - 1][k - 1] + (x != y), min(d[i - 1][k], d[i][k - 1]) + 1);
			if (i > 1 && k > 1 && x == b.p[k - 2] && y == a.p[i - 2])
				d[i][k] = min(d[i][k], d[i - 2][k - 2] + 1);
		}
	}
	return d[a.len][b.len];
}

Str nearest(const StrList *words, Str word)
{
	Str best = S("");
	int least = word.len < 4 ? 2 : 3; // found must be below

	if (word.len > MAX_LEN)
		return best;
	for (isize i = 0; i < words->n; i++) {
		if (words->v[i].len > MAX_LEN)
			continue;
		int far = distance(words->v[i], word);
		if (far < least) {
			least = far;
			best = words->v[i];
		}
	}
	return best;
}
