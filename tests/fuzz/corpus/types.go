package p
type (
	T1 interface { m(x int) (a, b error); ~int | ~string; E }
	T2 struct { a, b struct{ c, d chan (<-chan int) } "x"; *q.E; F }
	T3 func(int, ...string) func() (map[[2 * 3]K]*V, [...]int)
)
