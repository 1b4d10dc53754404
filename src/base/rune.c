#include "base/rune.h"

static bool is_tail(char c)
{
	return (c & 0xC0) == 0x80;
}

int32_t rune_decode(const char *p, isize n, int *width)
{
	const unsigned char *b = (const unsigned char *)p;
	int32_t r = RUNE_BAD;

	*width = 1;
	if (b[0] < 0x80)
		return b[0];
	if (b[0] < 0xE0 && n >= 2 && is_tail(p[1])) {
		r = (b[0] & 0x1F) << 6 | (b[1] & 0x3F);
		*width = b[0] >= 0xC2 ? 2 : 1;
	} else if (b[0] >= 0xE0 && b[0] < 0xF0 && n >= 3 && is_tail(p[1]) && is_tail(p[2])) {
		r = (b[0] & 0x0F) << 12 | (b[1] & 0x3F) << 6 | (b[2] & 0x3F);
		*width = r >= 0x800 && (r < 0xD800 || r > 0xDFFF) ? 3 : 1;
	} else if (b[0] >= 0xF0 && b[0] < 0xF8 && n >= 4 && is_tail(p[1]) && is_tail(p[2]) &&
		   is_tail(p[3])) {
		r = (b[0] & 0x07) << 18 | (b[1] & 0x3F) << 12 | (b[2] & 0x3F) << 6 | (b[3] & 0x3F);
		*width = r >= 0x10000 && r <= 0x10FFFF ? 4 : 1;
	}
	return *width > 1 ? r : RUNE_BAD;
}

int rune_encode(int32_t rune, char p[4])
{
	uint32_t r = (uint32_t)rune;

	if (r > 0x10FFFF || (0xD800 <= r && r < 0xE000))
		r = RUNE_BAD;
	if (r < 0x80) {
		p[0] = (char)r;
		return 1;
	}

	int tails = r < 0x800 ? 1 : r < 0x10000 ? 2 : 3;
	p[0] = (char)((0xF00 >> (tails + 1) & 0xFF) | r >> 6 * tails);
	for (int i = 1; i <= tails; i++)
		p[i] = (char)(0x80 | (r >> 6 * (tails - i) & 0x3F));
	return tails + 1;
}
