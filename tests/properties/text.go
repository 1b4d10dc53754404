package main

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"runtime"
	"strings"
	"sync"
)

// checkText weaves every function of every file: what comes out must be Go, with
// each token on the line where it was.
func checkText(s settings, list string) error {
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	files := strings.Fields(string(text))
	c := &textCheck{settings: s}
	chunks := make(chan []string)
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for chunk := range chunks {
				if err := weaveAll(s, chunk, c.file); err != nil {
					c.violated(err)
				}
			}
		}()
	}
	const size = 200
	for i := 0; i < len(files); i += size {
		chunks <- files[i:min(i+size, len(files))]
	}
	close(chunks)
	wg.Wait()
	fmt.Printf("properties: %d files, %d woven, %d violations\n", len(files), c.woven, c.violations)
	if c.violations > 0 {
		return errViolated
	}
	return nil
}

type textCheck struct {
	settings
	mu                sync.Mutex
	woven, violations int
}

func (c *textCheck) violated(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.violations++; c.violations <= c.show {
		fmt.Println(err)
	}
}

func (c *textCheck) file(name string, woven []byte) error {
	src, err := os.ReadFile(name)
	if err != nil || woven == nil {
		return err
	}
	c.mu.Lock()
	c.woven++
	c.mu.Unlock()
	_, err = parser.ParseFile(token.NewFileSet(), name, woven, parser.ParseComments|parser.SkipObjectResolution)
	if err == nil {
		err = tokensStay(src, woven)
	}
	if err != nil {
		c.violated(fmt.Errorf("%s: %v", name, err))
	}
	return nil
}

// tokensStay tells whether the tokens of src stand in woven, in their order and on their lines.
// A blank name may have become another.
func tokensStay(src, woven []byte) error {
	s, w := newLineScanner(src), newLineScanner(woven)
	for {
		want := s.next()
		got := w.next()
		for got != want && !isBlankNamed(want, got) {
			if got.kind == token.EOF {
				return fmt.Errorf("line %d: %v %q is gone", want.line, want.kind, want.text)
			}
			got = w.next()
		}
		if want.kind == token.EOF {
			return nil
		}
	}
}

func isBlankNamed(want, got lineToken) bool {
	return want.kind == token.IDENT && want.text == "_" && got.kind == token.IDENT && got.line == want.line
}

// A lineToken is a token and its line; that of EOF is 0.
type lineToken struct {
	line int
	kind token.Token
	text string
}

type lineScanner struct {
	scanner.Scanner
	file *token.File
}

func newLineScanner(src []byte) *lineScanner {
	s := &lineScanner{file: token.NewFileSet().AddFile("", -1, len(src))}
	s.Init(s.file, src, nil, scanner.ScanComments)
	return s
}

func (s *lineScanner) next() lineToken {
	pos, kind, text := s.Scan()
	if kind == token.EOF {
		return lineToken{kind: kind}
	}
	return lineToken{s.file.PositionFor(pos, false).Line, kind, text}
}
