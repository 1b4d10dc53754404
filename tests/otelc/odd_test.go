package otelc

import (
	"strings"
	"testing"
)

// TestSmall has what is better seen in a program of its own: each of these could leave a
// whole package unwoven.
func TestSmall(t *testing.T) {
	t.Parallel()
	for _, s := range []small{
		{"comments in the signature", `
func F(a /* not b */ int, // first
	b string, // second
) (
	n int, // how many
	err error, /* why
	not */
) { // body
	return a + len(b), nil
}
func G(v struct {
	A int // first
	B string
}, f func(
	int, // which
) string) (struct {
	C int // third
}, error) {
	return struct {
		C int // third
	}{v.A}, nil
}
func Run() {
	fmt.Println(F(1, "b"))
	fmt.Println(G(struct {
		A int
		B string
	}{1, "b"}, nil))
}
`, `
func BeforeF(ictx hook.HookContext, a int, b string) { ictx.SetParam(0, a+1) }
func AfterF(ictx hook.HookContext, n int, err error) { ictx.SetReturnVal(0, n*10) }
func BeforeG(ictx hook.HookContext, v, f any) { ictx.SetParam(1, nil) }
func AfterG(ictx hook.HookContext, v any, err error) { ictx.SetReturnVal(0, nil) }
`, "func=F before=BeforeF after=AfterF\nfunc=G before=BeforeG after=AfterG", "30 <nil>\n{0} <nil>\n", ""},
		{"letters outside ASCII", `
type Größe struct{ n int }
func (g *Größe) Länge(ñ int) (世界 int) { return g.n + ñ }
func Run() { fmt.Println((&Größe{1}).Länge(2)) }
`, `
func BeforeLänge(ictx hook.HookContext, g any, ñ int) { ictx.SetParam(1, ñ+1) }
func AfterLänge(ictx hook.HookContext, 世界 int) { ictx.SetReturnVal(0, 世界*10) }
`, "func=Länge recv=*Größe before=BeforeLänge after=AfterLänge", "40\n", ""},
		{"hook whose parameters have no names", `
func F(n int) int { return n }
func Run() { fmt.Println(F(1)) }
`, `
func BeforeF(hook.HookContext, int) { println("before") }
func AfterF(hook.HookContext, int)  { println("after") }
`, "func=F before=BeforeF after=AfterF", "1\nbefore\nafter\n", ""},
		{"type parameter named as a type", `
type Item struct{ n int }
type Stack[Item any] struct{ list []Item }
func (s *Stack[Item]) Push(v Item) (Item, int) { s.list = append(s.list, v); return v, len(s.list) }
func Run() { fmt.Println(new(Stack[string]).Push("a")) }
`, `
func BeforePush(ictx hook.HookContext, s, v any) { ictx.SetParam(1, "b") }
func AfterPush(ictx hook.HookContext, v any, n int) { ictx.SetReturnVal(1, n+1) }
`, "func=Push recv=*Stack before=BeforePush after=AfterPush", "b 2\n", ""},
		{"variadic of functions", `
func F(list ...func(int) int) (n int) {
	for _, f := range list {
		n = f(n)
	}
	return n
}
func Run() { fmt.Println(F(func(n int) int { return n + 1 })) }
`, `
func BeforeF(ictx hook.HookContext, list ...func(int) int) { ictx.SetParam(0, append(list, list...)) }
`, "func=F before=BeforeF", "2\n", ""},
		{"parameters that hide the types of others", `
type T struct{ n int }
func F(T T, p *T, int int, q []int) (error error, r *T) { return fmt.Errorf("%d %d", T.n, int), p }
func Run() { fmt.Println(F(T{1}, nil, 2, nil)) }
`, `
func BeforeF(ictx hook.HookContext, t, p any, n int, q []int) { ictx.SetParam(0, ictx.GetParam(0)); ictx.SetParam(2, n+1) }
func AfterF(ictx hook.HookContext, err error, p any) { println(err.Error()); ictx.SetReturnVal(0, nil) }
`, "func=F before=BeforeF after=AfterF", "<nil> <nil>\n1 3\n", ""},
		{"file with line comments", `
//line other.go:100
func F(n int) int { return n }
//line yet.go:200
func Run() { fmt.Println(F(1)) }
`, `
func BeforeF(ictx hook.HookContext, n int) { ictx.SetParam(0, n+1) }
`, "func=F before=BeforeF", "2\n", ""},
		{"functions of a package variable and of init", `
var v = func(n int) int { return F(n) }(1)
func init() { v += F(10) }
func F(n int) int { return n }
func Run() { fmt.Println(v, F(100)) }
`, `
func BeforeF(ictx hook.HookContext, n int) { ictx.SetParam(0, n*2) }
`, "func=F before=BeforeF", "22 200\n", ""},
		{"function that is passed its own results", `
func F(n int, err error) (int, error) { return n + 1, err }
func Run() { fmt.Println(F(F(F(1, nil)))) }
`, `
func AfterF(ictx hook.HookContext, n int, err error) { ictx.SetReturnVal(0, n*10) }
`, "func=F after=AfterF", "2110 <nil>\n", ""},
		{"one hook before and after", `
func F(n int) int { return n }
func Run() { fmt.Println(F(1)) }
`, `
func OnF(ictx hook.HookContext, n int) { println(n); ictx.SetParam(0, n+1); ictx.SetReturnVal(0, n+1) }
`, "func=F before=OnF after=OnF", "3\n1\n2\n", ""},
		{"deferred functions that recover", `
func Handle(n int) (m int) {
	if r := recover(); r != nil {
		fmt.Println("recovered", r)
	}
	return n
}
func work() (n int, err error) {
	defer Handle(1)
	defer handle(&err)
	panic("own")
}
func handle(err *error) { *err = fmt.Errorf("seen") }
func Run() { fmt.Println(work()) }
`, `
func OnHandle(ictx hook.HookContext, n int) { ictx.SetData(n) }
func OnHandle2(ictx hook.HookContext, err any) { ictx.SetData(err) }
func AfterHandle2(ictx hook.HookContext) {}
func AfterWork(ictx hook.HookContext, n int, err error) { ictx.SetReturnVal(0, n+1) }
`, "func=Handle before=OnHandle after=OnHandle\nfunc=handle before=OnHandle2 after=AfterHandle2\nfunc=work after=AfterWork", "recovered own\n1 seen\n", ""},
		{"range over functions", `
func seq(yield func(int) bool) {
	for i := range 3 {
		if !yield(i) {
			return
		}
	}
}
func F(n int) (m int, err error) {
	for i := range seq {
		defer func() { m += 10 }()
		if i == n {
			return i, fmt.Errorf("found")
		}
	}
	return -1, nil
}
func All(n int) func(func(int) bool) {
	return func(yield func(int) bool) { _ = yield(n) && yield(n+1) }
}
func Run() {
	fmt.Println(F(1))
	for i := range All(1) {
		fmt.Println(i)
	}
}
`, `
func BeforeF(ictx hook.HookContext, n int) { ictx.SetParam(0, n+1) }
func AfterF(ictx hook.HookContext, m int, err error) { ictx.SetReturnVal(0, m+100) }
func BeforeAll(ictx hook.HookContext, n int) { ictx.SetParam(0, n*10) }
func AfterAll(ictx hook.HookContext, all func(func(int) bool)) { ictx.SetReturnVal(0, all) }
`, "func=F before=BeforeF after=AfterF\nfunc=All before=BeforeAll after=AfterAll", "132 found\n10\n11\n", ""},
		{"returns in switches and closures", `
func F(v any) (s string) {
	defer func() { return }()
	func() {
		for {
			return
		}
	}()
	switch v := v.(type) {
	case int:
		return fmt.Sprint("int ", v)
	case string:
		s = v
		return
	case nil:
		goto end
	}
	return "other"
end:
	return "nil"
}
func Run() { fmt.Println(F(1), F("s"), F(nil), F(1.5)) }
`, `
func BeforeF(ictx hook.HookContext, v interface{}) {}
func AfterF(ictx hook.HookContext, s string) { ictx.SetReturnVal(0, s+"!") }
`, "func=F before=BeforeF after=AfterF", "int 1! s! nil! other!\n", ""},
		{"directives", `
//go:nosplit
func F(n int) int { return n }

//go:noinline
//go:norace
func G(n int) int { return n }

// H is documented.
//
//go:uintptrescapes
func H(n uintptr) uintptr { return n }
func Run() { fmt.Println(F(1), G(2), H(3)) }
`, `
func BeforeF(ictx hook.HookContext, n int) { ictx.SetParam(0, n*10) }
func BeforeH(ictx hook.HookContext, n uintptr) { ictx.SetParam(0, n*10) }
`, "func=F before=BeforeF\nfunc=G before=BeforeF\nfunc=H before=BeforeH", "1 20 30\n", "must not grow the stack"},
		{"what is not known of types", `
type Item struct{ n int }
type Same = Item
type List[T any, P interface{ *T }] struct{ list []T }
func F(s Same) int { return s.n }
func (l *List[_, _]) Len() int { return len(l.list) }
func G(n int) int { return n }
func Run() { fmt.Println(F(Item{1}), new(List[int, *int]).Len(), G(2)) }
`, `
import "example.com/app/lib"

func BeforeF(ictx hook.HookContext, i lib.Item) { println("known") }
func AfterLen(ictx hook.HookContext, n int) { println("known") }
func BeforeG(ictx hook.HookContext, n int) { ictx.SetParam(0, n+1) }
`, "func=F before=BeforeF\nfunc=Len recv=*List after=AfterLen\nfunc=G before=BeforeG", "1 0 3\n", "lib.Same"},
		{"a rule for functions of which some fit", `
func G1(n int) int { return n }
func G2(s string) string { return s }
func G3(n int) (int, error) { return n, nil }
func Run() { fmt.Println(G1(1), G2("a")); fmt.Println(G3(3)) }
`, `
func BeforeG(ictx hook.HookContext, n int) { ictx.SetParam(0, n*10) }
`, "func=G* before=BeforeG", "10 a\n30 <nil>\n", "'G2' has string"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			out, says, err := s.build(t)
			if err != nil || out != s.out || !strings.Contains(says, s.says) || s.says == "" && says != "" {
				t.Errorf("%v, wrote %q, want %q; the build says:\n%s", err, out, s.out, says)
			}
		})
	}
}
