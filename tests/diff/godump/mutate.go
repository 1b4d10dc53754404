package main

import (
	"fmt"
	"go/scanner"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// What is put into a file to break it, beside its own tokens.
var fragments = []string{
	"(", ")", "[", "]", "{", "}", ",", ";", ".", ":", ":=", "=", "...", "<-", "*", "&", "~", "|", "!", "&^=", "<<",
	"func", "type", "chan", "struct", "interface", "map", "return", "if", "for", "range", "switch", "case", "default",
	"go", "defer", "goto", "select", "else", "import", "const", "var", "package",
	"x", "1", "0x", "1e", `"s"`, "'a'", "`r`", `"`, "'", "_", "func(){}", "[]int{1}", "T[int]",
	"\n", "/*c*/", "//c\n", "//line f.go:10:5\n", "/*line :7:3*/", "\x00", "\xff", "\ufeff",
}

const maxMutated = 60000 // bytes of a file worth breaking

// mutate writes count broken copies of the files to a folder, the same ones for the same
// seed: most are refused, and both parsers must say where in the same words.
func mutate(into string, seed uint64, count int, files []string) error {
	r := rand.New(rand.NewPCG(seed, 0))
	if err := os.MkdirAll(into, 0o777); err != nil {
		return err
	}
	for i := 0; i < count; {
		src, err := os.ReadFile(files[r.IntN(len(files))])
		if err != nil {
			return err
		}
		tokens := tokenSpans(src)
		if len(src) > maxMutated || len(tokens) < 5 {
			continue
		}
		for n := max(1, r.IntN(5)-1); n > 0; n-- {
			src = mutateOnce(r, src, tokens)
		}
		name := filepath.Join(into, fmt.Sprintf("m%05d.go", i))
		if err := os.WriteFile(name, src, 0o666); err != nil {
			return err
		}
		i++
	}
	return nil
}

// mutateOnce changes src at one of its tokens. Where an earlier change has moved
// them, it cuts tokens in two, which is as good.
func mutateOnce(r *rand.Rand, src []byte, tokens [][2]int) []byte {
	pick := func() (from, to int) {
		t := tokens[r.IntN(len(tokens))]
		return min(t[0], len(src)), min(t[1], len(src))
	}
	from, to := pick()
	otherFrom, otherTo := pick()
	other := src[otherFrom:otherTo]
	fragment := []byte(fragments[r.IntN(len(fragments))])
	switch r.IntN(12) {
	case 0, 1:
		return slices.Concat(src[:from], src[to:])
	case 2, 3:
		return slices.Concat(src[:from], fragment, src[to:])
	case 4, 5:
		return slices.Concat(src[:from], fragment, []byte(" "), src[from:])
	case 6, 7:
		return slices.Concat(src[:from], other, []byte(" "), src[from:])
	case 8, 9:
		return slices.Concat(src[:from], other, src[to:])
	case 10:
		return slices.Concat(src[:to], src[from:])
	}
	return src[:from]
}

// tokenSpans returns where the tokens are that stand in the text.
func tokenSpans(src []byte) (spans [][2]int) {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, nil, scanner.ScanComments)
	for {
		pos, kind, text := s.Scan()
		switch {
		case kind == token.EOF:
			return spans
		case kind == token.SEMICOLON && text == "\n":
			continue
		case text == "":
			text = kind.String()
		}
		from := file.Offset(pos)
		spans = append(spans, [2]int{from, min(from+len(text), len(src))})
	}
}
