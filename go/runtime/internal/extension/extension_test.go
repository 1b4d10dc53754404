package extension

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"otel.tool/runtime/internal/report"
)

// said returns what f has said on standard error.
func said(f func()) string {
	var b bytes.Buffer
	before := report.SetOutput(&b)
	defer report.SetOutput(before)
	f()
	return b.String()
}

func TestList(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func() ([]io.Reader, error)
		want int
		said string
	}{
		{"no function", nil, 0, ""},
		{"nothing", func() ([]io.Reader, error) { return nil, nil }, 0, ""},
		{"one, and nil", func() ([]io.Reader, error) { return []io.Reader{nil, strings.NewReader("")}, nil }, 1, ""},
		{"one, and an error", func() ([]io.Reader, error) { return []io.Reader{strings.NewReader("")}, errors.New("bad") }, 1, "otel: extension example.com/x: Readers: bad\n"},
		{"a panic", func() ([]io.Reader, error) { panic("worse") }, 0, "otel: extension example.com/x: Readers: panic: worse\n"},
	} {
		var got []io.Reader
		if s := said(func() { got = List(New("example.com/x", "Readers"), tt.make) }); s != tt.said || len(got) != tt.want {
			t.Errorf("%s: %d, %q", tt.name, len(got), s)
		}
	}
}

// odd cannot be compared.
type odd struct {
	io.Reader
	_ []int
}

func TestOne(t *testing.T) {
	configured := io.Reader(odd{Reader: strings.NewReader("")})
	for _, tt := range []struct {
		name string
		make func(io.Reader) io.Reader
		ok   bool
		said string
	}{
		{"no function", nil, false, ""},
		{"nil", func(io.Reader) io.Reader { return nil }, false, ""},
		{"the same", func(r io.Reader) io.Reader { return r }, true, ""},
		{"a panic", func(io.Reader) io.Reader { panic(io.EOF) }, false, "otel: extension example.com/x: Reader: panic: EOF\n"},
	} {
		var got io.Reader
		var ok bool
		if s := said(func() { got, ok = One(New("example.com/x", "Reader"), tt.make, configured) }); s != tt.said || ok != tt.ok || ok == (got == nil) {
			t.Errorf("%s: %v, %q", tt.name, ok, s)
		}
	}
}

// What goes on and on going wrong is told once.
func TestOnceAMinute(t *testing.T) {
	g := New("example.com/x", "f")
	s := said(func() {
		for i := range 3 {
			g.Failed(nil)
			func() {
				defer g.Recover()
				panic(fmt.Sprint(i))
			}()
		}
	})
	if s != "otel: extension example.com/x: f: panic: 0\n" {
		t.Errorf("%q", s)
	}
}
