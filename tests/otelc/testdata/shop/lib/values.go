// Package lib is what the hooks of example.com/hooks/lib are for.
package lib

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What the values of the table below are made of.

type Item struct {
	Name  string
	Price int
}

func (i Item) String() string { return fmt.Sprintf("%s/%d", i.Name, i.Price) }

type Word string

var ErrSoldOut = errors.New("sold out")

// Before, after, both.

func Before(n int) int { return n + 1 }

func After(n int) int { return n + 1 }

func Both(n int) (int, error) {
	if n < 0 {
		return 0, ErrSoldOut
	}
	return n + 1, nil
}

func Nothing() { fmt.Println("body") }

// Skipped.

func SkipZero(n int) (int, string, error) { panic("the body runs") }

func SkipSet(n int) (int, string, error) { panic("the body runs") }

func SkipNothing() { panic("the body runs") }

func SkipNamed(n int) (m int, err error) {
	defer func() { m = -1 }()
	panic("the body runs")
}

// Skipped or not, as the hook finds the parameter.
func SkipSome(n int) int { return n }

// Parameters of each kind.

func Int(n int) int { return n }

func Int64(n int64) int64 { return n }

func Float(x float64) float64 { return x }

func Bool(b bool) bool { return b }

func String(s string) string { return s }

func Pointer(i *Item) string {
	if i == nil {
		return "nil"
	}
	return i.Name
}

func Struct(i Item) string { return i.String() }

func Interface(s fmt.Stringer) string {
	if s == nil {
		return "nil"
	}
	return s.String()
}

func InterfaceNil(err error) string { return fmt.Sprint(err) }

func Slice(list []int) string { return fmt.Sprint(list, list == nil) }

func Map(m map[string]int) string { return fmt.Sprint(m, m == nil) }

func Array(a [2]int) string { return fmt.Sprint(a) }

func Func(f func(int) int) int { return f(1) }

func Chan(c <-chan int) int { return <-c }

func Any(v any) string { return fmt.Sprintf("%T %v", v, v) }

func Context(ctx context.Context) any { return ctx.Value("key") }

func Reader(r io.Reader) string {
	b, err := io.ReadAll(r)
	return fmt.Sprint(string(b), err)
}

func Anonymous(v struct{ A, B int }) int { return v.A + v.B }

func Named(w Word) Word { return w }

func Bytes(b []byte) string { return string(b) }

func Variadic(prefix string, words ...string) string {
	return fmt.Sprint(prefix, len(words), words, words == nil)
}

func Dots(words ...string) string { return strings.Join(words, ",") }

// Receivers.

type Disk struct{ N int }

func (d Disk) Size() int { return d.N }

type Card struct{ N int }

func (c *Card) Size() int { return c.N }

func Size(n int) int { return n }

func (d Disk) Grow(by int) int { return d.N + by }

func (c *Card) Grow(by int) int {
	if c == nil {
		return -1
	}
	c.N += by
	return c.N
}

func (*Card) Unnamed() string { return "card" }

func (_ Disk) Blank() string { return "disk" }

// Reader that methods are called through.
type Sized interface{ Size() int }

type Box struct{ *Card } // promotes Size
