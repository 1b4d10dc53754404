package lib

import (
	"errors"
	"fmt"
	"runtime"
)

// Results.

func Fail() error { return ErrSoldOut }

func Value() string { return "body" }

func Several(n int) (int, string, []int, error) { return n, "s", []int{n}, ErrSoldOut }

func Preset(n int) (m int, err error) {
	if n > 0 {
		m = n
	}
	return
}

func BlankResult(n int) (_ int, err error) { return n, nil }

func ErrorFirst(n int) (error, int) { return errors.New("first"), n }

func FuncResult(n int) func() int { return func() int { return n } }

func ChanResult(n int) chan int {
	c := make(chan int, 1)
	c <- n
	return c
}

// Parameters without names.

func Unnamed(int, string) string { return "body" }

func Blank(_ int, _ string) (string, int) { return "body", 1 }

func BlankVariadic(_ string, _ ...int) int { return 1 }

// Names that hide what a woven function might want.

func ShadowType(string string, int int) string { return fmt.Sprint(string, int) }

func ShadowAny(any int, error string) (bool string) { return fmt.Sprint(any, error) }

func ShadowNil(nil, true, false int) (make, new, panic int) { return nil, true, false }

func ShadowFmt(fmt int) (errors int) { return fmt + 1 }

func ShadowOurs(otel_f, otel_c, otel_s, frame, ctx, c, f, p0, P0, r0, R0 int) (a, skip int) {
	return otel_f + otel_c + otel_s + frame + ctx + c + f, p0 + P0 + r0 + R0
}

// Functions that change their results late.

func Late(n int) (m int, err error) {
	defer func() { m, err = m*10, ErrSoldOut }()
	return n + 1, nil
}

func Recovers(n int) (m int, err error) {
	defer func() {
		if r := recover(); r != nil {
			m, err = n, fmt.Errorf("recovered %v", r)
		}
	}()
	panic("inner")
}

func LateUnnamed(n int) int {
	defer func() { n = 100 }()
	return n
}

func Nested(n int) int {
	double := func(n int) int {
		if n == 0 {
			return 0
		}
		return n * 2
	}
	for i := range n {
		if i == 2 {
			return double(i)
		}
	}
	return double(n)
}

func Closure(n int) func() int {
	return func() int {
		n++
		return n
	}
}

func Bare(n int) (m int) {
	m = n
	if n > 1 {
		return
	}
	m = 1
	return
}

func Goto(n int) int {
again:
	if n < 10 {
		n *= 2
		goto again
	}
	return n
}

// Functions that do not return.

func Panics(v any) int { panic(v) }

func PanicsNil(m map[string]int) int {
	m["a"] = 1
	return len(m)
}

func PanicsTwice(n int) int {
	defer func() { panic("second") }()
	panic("first")
}

func PanicsAll(n int) int { panic("own") }

func Goexit(n int) int {
	runtime.Goexit()
	return n
}

// Functions whose hooks panic.

func HookPanics(n int) int { return n + 1 }

func AfterPanics(n int) int { return n + 1 }

func WrongType(n int) int { return n + 1 }

func WrongIndex(n int) int { return n + 1 }

func WrongResult(n int) int { return n + 1 }

func NilHook(i *Item) string { return fmt.Sprint(i) }

// What a call tells of itself.

func Told(a, b int, c ...string) (int, error) { return 0, nil }

func (c *Card) Told(a int) {}

func Data(n int) int { return n }

func KeyData(n int) int { return n }

func Slot(n int) int { return n }

func Out(n int) int { return n }

func InAfter(n int) int { return n }

func SetInAfter(n int) int { return n }

func SkipInAfter(n int) int { return n }
