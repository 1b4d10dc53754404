// Program shop calls what the hooks are for, case by case. What it and the hooks of a case
// write is compared with what they are to write.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/semver"

	"example.com/shop/lib"
	"example.com/shop/util"
)

// testCase is a case, named as in the table of the test.
type testCase struct {
	name string
	run  func()
}

func main() {
	for _, c := range cases {
		fmt.Println("==", c.name)
		c.run()
	}
	if len(os.Args) > 1 { // not with the race detector, which allocates
		for _, c := range allocations {
			fmt.Println("==", c.name)
			c.run()
		}
	}
	fmt.Println("== end of main")
}

func say(values ...any) { fmt.Println(values...) }

// recovered says what f panics with.
func recovered(f func()) {
	defer func() { say("recovered", recover()) }()
	f()
}

func inMain(n int) string { return fmt.Sprint("main ", n) }

type inMainType struct{}

func (*inMainType) method() { say("body") }

var cases = []testCase{
	{"before only", func() { say(lib.Before(1)) }},
	{"after only", func() { say(lib.After(1)) }},
	{"before and after", func() { say(lib.Both(1)) }},
	{"before and after, with an error", func() { say(lib.Both(-1)) }},
	{"neither parameters nor results", lib.Nothing},

	{"skip, zero results", func() { say(lib.SkipZero(1)) }},
	{"skip, results set", func() { say(lib.SkipSet(1)) }},
	{"skip, no results", lib.SkipNothing},
	{"skip, named results and a deferred function", func() { say(lib.SkipNamed(2)) }},
	{"skip, taken back", func() { say(lib.SkipSome(1), lib.SkipSome(2)) }},

	{"set an int", func() { say(lib.Int(1)) }},
	{"set an int64 to an int", func() { say(lib.Int64(1)) }},
	{"set a float", func() { say(lib.Float(1)) }},
	{"set a bool", func() { say(lib.Bool(true)) }},
	{"set a string", func() { say(lib.String("text")) }},
	{"set a pointer", func() { say(lib.Pointer(nil), lib.Pointer(&lib.Item{Name: "own"})) }},
	{"set a struct", func() { say(lib.Struct(lib.Item{Name: "a", Price: 2}), lib.Struct(lib.Item{Name: "b", Price: -1})) }},
	{"set an interface", func() { say(lib.Interface(nil), lib.Interface(lib.Item{Name: "own"})) }},
	{"an interface that holds nil", func() { say(lib.InterfaceNil(nil)) }},
	{"set a slice", func() { say(lib.Slice(nil), lib.Slice([]int{2})) }},
	{"set a map", func() { say(lib.Map(nil), lib.Map(map[string]int{"own": 1})) }},
	{"set an array", func() { say(lib.Array([2]int{1, 2})) }},
	{"set a function", func() { say(lib.Func(func(n int) int { return n + 1 })) }},
	{"set a channel", func() {
		c := make(chan int, 1)
		c <- 1
		say(lib.Chan(c))
	}},
	{"set an any", func() { say(lib.Any(1), lib.Any(nil)) }},
	{"set a context", func() { say(lib.Context(context.Background())) }},
	{"set a reader", func() { say(lib.Reader(strings.NewReader("own"))) }},
	{"set a struct without a name", func() { say(lib.Anonymous(struct{ A, B int }{1, 2})) }},
	{"set a named string to a string", func() { say(lib.Named("own")) }},
	{"set bytes", func() { say(lib.Bytes([]byte("own"))) }},
	{"variadic, with none", func() { say(lib.Variadic("p")) }},
	{"variadic, with some", func() { say(lib.Variadic("p", "a", "b")) }},
	{"variadic, with a slice", func() { say(lib.Variadic("p", []string{"a", "b", "c"}...)) }},
	{"variadic in the hook", func() { say(lib.Dots("a", "b") == "") }},

	{"receiver T", func() {
		d := lib.Disk{N: 1}
		say(d.Size(), d.N)
	}},
	{"receiver *T", func() {
		c := &lib.Card{N: 1}
		say(c.Size(), c.N)
	}},
	{"no receiver", func() { say(lib.Size(1)) }},
	{"the same method of another package", func() { say((&util.Card{N: 1}).Size()) }},
	{"receiver T and parameters", func() { say(lib.Disk{N: 1}.Grow(2)) }},
	{"receiver *T and parameters", func() { say((&lib.Card{N: 1}).Grow(2)) }},
	{"receiver *T set to nil", func() { say((&lib.Card{N: -5}).Grow(2)) }},
	{"receiver without a name", func() { say((&lib.Card{N: 1}).Unnamed()) }},
	{"blank receiver", func() { say(lib.Disk{N: 1}.Blank()) }},
	{"through an interface", func() {
		for _, s := range []lib.Sized{lib.Disk{N: 1}, &lib.Disk{N: 2}, &lib.Card{N: 3}} {
			say(s.Size())
		}
	}},
	{"method value", func() {
		size := (&lib.Card{N: 1}).Size
		say(size())
	}},
	{"method expression", func() { say((*lib.Card).Size(&lib.Card{N: 1}), lib.Disk.Size(lib.Disk{N: 2})) }},
	{"promoted method", func() { say(lib.Box{Card: &lib.Card{N: 1}}.Size()) }},
	{"function value", func() {
		f := lib.Int
		say(f(1))
	}},
	{"deferred call", func() {
		defer lib.Nothing()
		say("main")
	}},
	{"runtime.Goexit", func() {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			lib.Goexit(1)
			say("not reached")
		}()
		wg.Wait()
	}},

	{"error to nil", func() { say(lib.Fail()) }},
	{"set a result", func() { say(lib.Value()) }},
	{"set some of several results", func() { say(lib.Several(1)) }},
	{"results set before, bare return", func() { say(lib.Preset(0)) }},
	{"results set before, and by the body", func() { say(lib.Preset(3)) }},
	{"blank result", func() { say(lib.BlankResult(1)) }},
	{"error first", func() { say(lib.ErrorFirst(1)) }},
	{"function as result", func() { say(lib.FuncResult(1)()) }},
	{"channel as result", func() { say(<-lib.ChanResult(1)) }},
	{"parameters without names", func() { say(lib.Unnamed(1, "a")) }},
	{"blank parameters, results without names", func() { say(lib.Blank(1, "a")) }},
	{"blank variadic", func() { say(lib.BlankVariadic("a", 1, 2)) }},

	{"parameters named as their types", func() { say(lib.ShadowType("a", 1)) }},
	{"parameters named any and error", func() { say(lib.ShadowAny(1, "a")) }},
	{"parameters named nil, true, false", func() { say(lib.ShadowNil(1, 2, 3)) }},
	{"parameter named as a package", func() { say(lib.ShadowFmt(1)) }},
	{"parameters named as what is woven", func() { say(lib.ShadowOurs(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)) }},

	{"deferred change of named results", func() { say(lib.Late(1)) }},
	{"deferred recover", func() { say(lib.Recovers(1)) }},
	{"deferred change of a parameter", func() { say(lib.LateUnnamed(1)) }},
	{"returns of closures", func() { say(lib.Nested(5), lib.Nested(1)) }},
	{"closure returned", func() { say(lib.Closure(1)()) }},
	{"bare returns", func() { say(lib.Bare(2), lib.Bare(0)) }},
	{"labels", func() { say(lib.Goto(3)) }},

	{"panic of the function", func() { recovered(func() { lib.Panics("own") }) }},
	{"panic with an error", func() { recovered(func() { lib.Panics(errors.New("own error")) }) }},
	{"panic of the runtime", func() { recovered(func() { lib.PanicsNil(nil) }) }},
	{"panic in a deferred function", func() { recovered(func() { lib.PanicsTwice(1) }) }},
	{"panic of the before hook", func() { say(lib.HookPanics(1)) }},
	{"panic of the after hook", func() { say(lib.AfterPanics(1)) }},
	{"panic of the function and of both hooks", func() { recovered(func() { lib.PanicsAll(1) }) }},
	{"value of a wrong type", func() { say(lib.WrongType(1)) }},
	{"wrong index", func() { say(lib.WrongIndex(1)) }},
	{"result of a wrong type", func() { say(lib.WrongResult(1)) }},
	{"nil pointer in the hook", func() { say(lib.NilHook(nil)) }},

	{"names and counts", func() { say(lib.Told(1, 2, "a")) }},
	{"names and counts of a method", func() { (&lib.Card{}).Told(1) }},
	{"data", func() { say(lib.Data(1)) }},
	{"data of each call", func() { say(lib.Data(2) + lib.Data(3)) }},
	{"data with keys", func() { say(lib.KeyData(1)) }},
	{"one slot for both", func() { say(lib.Slot(1)) }},
	{"results in before", func() { say(lib.Out(1)) }},
	{"parameters in after", func() { say(lib.InAfter(1)) }},
	{"parameters set in after", func() { say(lib.SetInAfter(1)) }},
	{"skip in after", func() { say(lib.SkipInAfter(1)) }},

	{"generic function", func() { say(lib.Apply([]int{1}, func(n int) string { return fmt.Sprint(n) })) }},
	{"generic function, parameter set", func() { say(lib.Apply([]string{"a"}, func(s string) int { return len(s) })) }},
	{"generic function, result set", func() { say(lib.Sum(1, 2)) }},
	{"generic function, of another type", func() { say(lib.Sum(1.5, 2)) }},
	{"method of a generic type", func() {
		var s lib.Stack[string]
		say(s.Push("a"))
		say(s.Top())
	}},
	{"method of a generic type, of another type", func() {
		var s lib.Stack[lib.Item]
		say(s.Push(lib.Item{Name: "a"}))
		say(s.Top())
	}},
	{"generic receiver by value", func() {
		say(lib.Pair[string, int]{Key: "a", Value: 1}.Swap(lib.Pair[string, int]{Key: "b", Value: 2}))
	}},
	{"types without names", func() { say(lib.Do(1)) }},
	{"types without names, by value and in a slice", func() { say(lib.Hello(2)) }},
	{"function without a name outside", func() { say(lib.Unexported(1)) }},

	{"many parameters and results", func() {
		item := lib.Item{Name: "i", Price: 2}
		say(lib.Many(1, "b", true, 1.5, []int{1}, map[string]int{"f": 1}, &item, item, 'i', errors.New("j"), func() int { return 11 }, 'l'))
	}},
	{"large struct", func() {
		l := lib.Big(lib.Large{})
		say(l.List[199], l.Name)
	}},
	{"recursion", func() { say(lib.Factorial(3)) }},
	{"recursion of two", func() { say(lib.Even(2)) }},
	{"call within a call", func() { say(lib.Outer(1)) }},
	{"two packages of hooks", func() { say(lib.Two(1)) }},
	{"two packages of hooks, the first skips", func() { say(lib.TwoSkip(1)) }},
	{"two rules for one function", func() { say(lib.Rules(1)) }},
	{"one hook for several functions", func() { say(lib.One(1), lib.Other("a"), util.One(1.5)) }},
	{"one hook for a method", func() { say((&lib.Card{}).Third(1.5)) }},
	{"two hooks of one name", func() { say(lib.Twice(1)) }},
	{"hooks that are not exported", func() { say(lib.Hidden(1)) }},
	{"flat rule", func() { say(lib.Flat(1)) }},
	{"flat rule for a method", func() { say((&lib.Card{N: 3}).Flat(1)) }},
	{"interface under another name", func() { say(lib.Aliased(1)) }},
	{"parameters of the hook grouped and blank", func() { say(lib.Grouped(1, 2, "abc")) }},
	{"any beside a type", func() { say(lib.Mixed(1, lib.Item{Name: "a"})) }},
	{"called while packages are initialised", func() { say(lib.Early) }},
	{"many goroutines", func() { say(lib.Workers(16, 50)) }},

	{"array lengths", func() { say(lib.Sized2([2]int{1, 2}, [2]int{3, 4})) }},
	{"aliases", func() { say(lib.Aliases(lib.Item{Name: "a"}, []byte("b"), 'c', nil)) }},
	{"imports under other names", func() {
		h, r := lib.Imports(nil, strings.NewReader("abc"), nil)
		say(h.Size(), r.Len())
	}},
	{"composite types", func() {
		var s struct {
			lib.Item
			Tag string
		}
		say(lib.Composite(nil, nil, nil, nil, s, lib.Disk{N: 1}))
	}},
	{"grouped parameters and results", func() { say(lib.Groups(1, 2, "c", "d", lib.Item{})) }},
	{"variadic of any", func() { say(lib.DotsOfAny("own ", 1, nil)) }},
	{"variadic without a name", func() { say(lib.UnnamedDots(1, "a")) }},
	{"parameters named as imports and types", func() {
		say(lib.ParamNamedAsType(strings.NewReader("abc"), lib.Item{Name: "own"}, nil))
	}},
	{"a call returned", func() { say(lib.Multi(1)) }},
	{"parameter that the body assigns", func() { say(lib.Reassigned(1)) }},
	{"results that are shadowed", func() { say(lib.Shadowed(1)) }},
	{"select", func() {
		c := make(chan int, 1)
		c <- 5
		say(lib.Select(c))
		close(c)
		say(lib.Select(c))
	}},
	{"two functions on a line", func() { say(lib.OneLine(1), lib.NextOnLine(1)) }},
	{"empty body", lib.Empty},
	{"nothing but return", func() { say(lib.EmptyResult()) }},
	{"no return at the end", func() { say(lib.Forever(1)) }},
	{"function with a directive", func() { say(lib.Directive(1)) }},
	{"blank type parameters", func() { say(new(lib.List[int, *int]).Len()) }},
	{"type parameters that depend on each other", func() { say(lib.List[int, *int]{}.First(1)) }},
	{"type parameters named as types", func() { say(lib.Hiding(2.5, "b")) }},
	{"constraints", func() { say(lib.Constraint([]string{"a", "b"}, "a")) }},
	{"generic function of a function", func() { say(lib.OfFunc(func() lib.Item { return lib.Item{Name: "a"} })) }},
	{"recursive generic type", func() { (&lib.Tree[int]{Value: 1}).Walk(func(n int) { say("visit", n) }) }},
	{"the same method of a generic type", func() { say(new(lib.Tree[string]).Size()) }},
	{"method called by package fmt", func() { say(lib.Status(1)) }},
	{"function type as receiver", func() { say(lib.Handler(func(n int) int { return n + 1 }).Handle(1)) }},
	{"map as receiver", func() { say(lib.Set(nil).Add("a")) }},
	{"nil pointer as receiver", func() { say((*lib.Failure)(nil).Error()) }},
	{"interface that holds a nil pointer", func() { say(lib.NilError()) }},
	{"pointer as result set to nil", func() { say(lib.Concrete(1) == nil) }},

	{"main package", func() { say(inMain(1)) }},
	{"method of the main package", func() { new(inMainType).method() }},
	{"standard library", func() { say(strings.ToTitle("a")) }},
	{"method of the standard library", func() {
		u, _ := url.Parse("http://a/b")
		say(u.JoinPath("c"))
	}},
	{"module of the module cache", func() { say(semver.Canonical("1.2")) }},
}

var allocations = []testCase{
	{"allocations of a call with both hooks", func() {
		i := &lib.Item{}
		say(testing.AllocsPerRun(100, func() { lib.Cheap(i, 1, "a") }))
	}},
	{"allocations of a call with an after hook", func() {
		i := &lib.Item{}
		say(testing.AllocsPerRun(100, func() { lib.CheapAfter(i, 1, "a") }))
	}},
	{"allocations of a call whose hooks set pointers", func() {
		i := &lib.Item{}
		say(testing.AllocsPerRun(100, func() { lib.CheapPointer(i, 1, "a") }))
	}},
}
