package lib

import (
	"fmt"
	"io"
	"sync"
)

// Generics.

func Apply[T, R any](list []T, f func(T) R) []R {
	var out []R
	for _, v := range list {
		out = append(out, f(v))
	}
	return out
}

type Number interface{ ~int | ~float64 }

func Sum[N Number](a, b N) (sum N, err error) { return a + b, nil }

type Stack[T any] struct{ list []T }

func (s *Stack[T]) Push(v T) int {
	s.list = append(s.list, v)
	return len(s.list)
}

func (s *Stack[T]) Top() (v T, ok bool) {
	if len(s.list) == 0 {
		return v, false
	}
	return s.list[len(s.list)-1], true
}

type Pair[K comparable, V any] struct {
	Key   K
	Value V
}

func (p Pair[K, V]) Swap(other Pair[K, V]) (Pair[K, V], Pair[K, V]) { return other, p }

// Types that hooks cannot name.

type conn struct{ name string }

type request struct{ n int }

type response struct{ n int }

func (c *conn) do(r request) (*response, error) { return &response{r.n + 1}, nil }

func (c conn) hello(r *request, list []request) response { return response{r.n + len(list)} }

func Do(n int) string {
	r, err := (&conn{"c"}).do(request{n})
	return fmt.Sprint(r, err)
}

func Hello(n int) string { return fmt.Sprint(conn{"c"}.hello(&request{n}, make([]request, n))) }

func unexported(n int) int { return n }

func Unexported(n int) int { return unexported(n) }

// Many values.

func Many(a int, b string, c bool, d float64, e []int, f map[string]int, g *Item, h Item, i any, j error, k func() int, l rune) (int, string, bool, float64, []int, map[string]int, *Item, Item, any, error) {
	return a, b, c, d, e, f, g, h, i, j
}

type Large struct {
	List [200]int
	Name string
}

func Big(l Large) Large { return l }

// Calls within calls.

func Factorial(n int) int {
	if n < 2 {
		return 1
	}
	return n * Factorial(n-1)
}

func Even(n int) bool { return n == 0 || Odd(n-1) }

func Odd(n int) bool { return n != 0 && Even(n-1) }

func Outer(n int) int { return Inner(n) + 1 }

func Inner(n int) int { return n * 2 }

// Several hooks for one function, one hook for several functions.

func Two(n int) (int, error) { return n, io.EOF }

func TwoSkip(n int) int { return n }

func Rules(n int) int { return n }

func One(n int) int { return n }

func Other(s string) string { return s }

func (c *Card) Third(x float64) float64 { return x }

func Twice(n int) int { return n }

func Hidden(n int) int { return n }

func Flat(n int) int { return n }

func (c *Card) Flat(n int) int { return n }

func Aliased(n int) int { return n }

func Grouped(a, b int, c string) int { return a + b + len(c) }

func Mixed(a int, i Item) string { return fmt.Sprint(a, i) }

func Typed(n int) int { return n }

// Early is what a woven function returns before the packages of its hooks are initialised.
var Early = early(1)

func early(n int) int { return n }

func Parallel(n int) (int, error) { return n, nil }

// Workers calls Parallel from many goroutines, and counts the results that are right.
func Workers(workers, calls int) int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	right := 0
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for c := range calls {
				n := w*calls + c
				if m, err := Parallel(n); m == n+1 && err == nil {
					mu.Lock()
					right++
					mu.Unlock()
				}
			}
		}()
	}
	wg.Wait()
	return right
}

//go:noinline
func Cheap(i *Item, n int, s string) (*Item, error) { return i, nil }

//go:noinline
func CheapAfter(i *Item, n int, s string) (*Item, error) { return i, nil }

//go:noinline
func CheapPointer(i *Item, n int, s string) (*Item, error) { return i, nil }
