package lib

import (
	"fmt"
	. "hash"
	str "strings"
	"unsafe"
)

// Types as they are written in other ways.

const size = 2

type Same = Item

type Words []Word

func Sized2(a [size]int, b [len("ab")]int) [size * 2]int { return [4]int{a[0], a[1], b[0], b[1]} }

func Aliases(s Same, b []byte, r rune, v interface{}) (t *Same, u []uint8, i int32) {
	return &s, b, r
}

func Imports(h Hash32, r *str.Reader, p unsafe.Pointer) (Hash, *str.Reader) { return h, r }

func Composite(m map[Word][]*Item, f func(int, ...string) (Word, error), c <-chan (<-chan int), p **Item, s struct {
	Item
	Tag string
}, i interface{ Size() int }) (n int) {
	n = len(m[""]) + s.Price + i.Size()
	return
}

func Groups(a, b int, c, d string, e ...Item) (x, y int, z string) {
	return a + b, len(e), c + d
}

func DotsOfAny(prefix string, args ...any) string { return prefix + fmt.Sprintf("%v", args) }

func UnnamedDots(int, ...string) int { return 1 }

func ParamNamedAsType(str *str.Reader, Item Item, Hash Hash) string {
	return fmt.Sprint(str.Len(), Item, Hash)
}

func Multi(n int) (int, error) { return multi(n) }

func multi(n int) (int, error) { return n + 1, ErrSoldOut }

func Reassigned(n int) int {
	n *= 100
	return n
}

func Shadowed(n int) (m int, err error) {
	if m, err := multi(n); err != nil {
		return m * 2, err
	}
	return
}

func Select(c chan int) (n int, ok bool) {
loop:
	for {
		select {
		case n, ok = <-c:
			if !ok {
				break loop
			}
			return
		default:
			return -1, true
		}
	}
	return -2, ok
}

func OneLine(n int) int { return n }; func NextOnLine(n int) int { return n }

func Empty() {}

func EmptyResult() (n int) { return }

func Forever(n int) int {
	for {
		if n++; n > 5 {
			return n
		}
	}
}

//go:noinline
func Directive(n int) int { return n }

// Generics, written in other ways.

type List[T any, P interface{ *T }] struct{ items []T }

func (l *List[T, P]) Len() int { return len(l.items) }

func (l List[T, P]) First(or T) (first T, at P) {
	if len(l.items) == 0 {
		return or, nil
	}
	return l.items[0], &l.items[0]
}

func Hiding[int any, string comparable](a int, b string) (c int, d map[string]int) {
	return a, map[string]int{b: a}
}

func Constraint[T interface {
	~int | ~string
	comparable
}, S ~[]T](list S, v T) (i int) {
	for i, w := range list {
		if v == w {
			return i
		}
	}
	return -1
}

func OfFunc[T any](f func() T) T { return f() }

type Tree[T any] struct {
	Left, Right *Tree[T]
	Value       T
}

func (t *Tree[T]) Walk(visit func(T)) {
	if t == nil {
		return
	}
	t.Left.Walk(visit)
	visit(t.Value)
	t.Right.Walk(visit)
}

func (t *Tree[T]) Size() int { return 1 }

// Method sets.

type Status int

func (s Status) String() string { return fmt.Sprint("status ", int(s)) }

type Handler func(int) int

func (h Handler) Handle(n int) int { return h(n) }

type Set map[string]bool

func (s Set) Add(k string) Set {
	s[k] = true
	return s
}

type Failure struct{ Code int }

func (f *Failure) Error() string { return fmt.Sprint("failure ", f.Code) }

// NilError returns an error that holds a nil pointer.
func NilError() error {
	var f *Failure
	return f
}

func Concrete(n int) *Failure { return &Failure{n} }
