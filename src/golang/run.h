// run.h - where a run of bytes ends, found 16 bytes at once where the machine can.
//
// None of these reads behind last, which the run must end at or before: a text of
// the lexer ends with a newline, and no run goes over one.
#ifndef GOLANG_RUN_H
#define GOLANG_RUN_H

#include "golang/lexer.h"

#ifdef __SSE2__
#include <emmintrin.h>

// first_bit returns the place of the lowest bit set.
#define first_bit(bits) __builtin_ctz((unsigned)(bits))

static inline __m128i load_16(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

// in_range: bytes are unsigned, so what is below from is far above to.
static inline __m128i in_range(__m128i c, char from, char to)
{
	__m128i distance = _mm_sub_epi8(c, _mm_set1_epi8(from));

	return _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8((char)(to - from))), distance);
}

static inline __m128i equals(__m128i c, char to)
{
	return _mm_cmpeq_epi8(c, _mm_set1_epi8(to));
}
#endif

// word_end: the word at p has ASCII letters, digits and "_".
static inline const char *word_end(const char *p, const char *last)
{
#ifdef __SSE2__
	for (; last - p >= 15; p += 16) {
		__m128i c = load_16(p);
		__m128i letter = in_range(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 'z');
		__m128i other = _mm_or_si128(in_range(c, '0', '9'), equals(c, '_'));
		int stop = ~_mm_movemask_epi8(_mm_or_si128(letter, other)) & 0xFFFF;
		if (stop)
			return p + first_bit(stop);
	}
#endif
	(void)last;
	while (byte_class(*p) <= DIGI)
		p++;
	return p;
}

// string_end: the text at p goes on to a quote, a backslash or a newline.
static inline const char *string_end(const char *p, const char *last)
{
#ifdef __SSE2__
	for (; last - p >= 15; p += 16) {
		__m128i c = load_16(p);
		int stop = _mm_movemask_epi8(_mm_or_si128(
			_mm_or_si128(equals(c, '"'), equals(c, '\\')), equals(c, '\n')));
		if (stop)
			return p + first_bit(stop);
	}
#endif
	(void)last;
	while (*p != '"' && *p != '\\' && *p != '\n')
		p++;
	return p;
}

// plain_end: the text at p is ASCII without NUL. It ends at end, which is not read.
static inline const char *plain_end(const char *p, const char *end)
{
#ifdef __SSE2__
	for (; end - p >= 64; p += 64) {
		__m128i a = load_16(p), b = load_16(p + 16), c = load_16(p + 32),
			d = load_16(p + 48);
		__m128i least = _mm_min_epu8(_mm_min_epu8(a, b), _mm_min_epu8(c, d));
		__m128i all = _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d));
		if (_mm_movemask_epi8(_mm_or_si128(all, equals(least, '\0'))))
			break;
	}
	for (; end - p >= 16; p += 16) {
		__m128i c = load_16(p);
		int stop = _mm_movemask_epi8(_mm_or_si128(c, equals(c, '\0')));
		if (stop)
			return p + first_bit(stop);
	}
#endif
	while (p < end && *p != '\0' && byte_class(*p) != HIGH)
		p++;
	return p;
}

// brace_end: the text at p goes on to a brace, a quote of any kind or a slash, or to last.
static inline const char *brace_end(const char *p, const char *last)
{
#ifdef __SSE2__
	for (; last - p >= 15; p += 16) {
		__m128i c = load_16(p);
		__m128i brace = _mm_or_si128(equals(c, '{'), equals(c, '}'));
		__m128i quote = _mm_or_si128(equals(c, '"'), equals(c, '\''));
		__m128i other = _mm_or_si128(equals(c, '`'), equals(c, '/'));
		int stop = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(brace, quote), other));
		if (stop)
			return p + first_bit(stop);
	}
#endif
	while (p < last && *p != '{' && *p != '}' && *p != '"' && *p != '\'' && *p != '`' &&
		*p != '/')
		p++;
	return p;
}

#endif
