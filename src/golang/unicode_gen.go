//go:build ignore

// Writes unicode.c: the letters and digits beyond ASCII, as Go's unicode package has them.
//
//	go run src/golang/unicode_gen.go > src/golang/unicode.c
package main

import (
	"fmt"
	"unicode"
)

func table(name string, in func(rune) bool) {
	fmt.Printf("\nstatic const Range %s[] = {", name)
	n := 0
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !in(r) {
			continue
		}
		from := r
		for in(r + 1) {
			r++
		}
		if n%4 == 0 {
			fmt.Print("\n\t")
		} else {
			fmt.Print(" ")
		}
		fmt.Printf("{0x%x, 0x%x},", from, r)
		n++
	}
	fmt.Print("\n};\n")
}

func main() {
	fmt.Printf(`// Made by unicode_gen.go from Unicode %s. Do not edit.
#include "golang/unicode.h"

// clang-format off
typedef struct {
	int32_t from, to; // to included
} Range;
`, unicode.Version)
	table("letters", unicode.IsLetter)
	table("digits", unicode.IsDigit)
	fmt.Print(`// clang-format on

static bool in_table(const Range *table, isize n, int32_t rune)
{
	isize low = 0, high = n;

	while (low < high) {
		isize mid = low + (high - low) / 2;
		if (table[mid].to < rune)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && table[low].from <= rune;
}

bool rune_is_letter(int32_t rune)
{
	return in_table(letters, countof(letters), rune);
}

bool rune_is_digit(int32_t rune)
{
	return in_table(digits, countof(digits), rune);
}
`)
}
