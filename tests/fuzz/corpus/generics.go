package p

type A[P any, Q interface{ ~int | []P; m() }] struct { P; f, g Q `tag` }
type B[P *T,] int
type C [P * 3]int
type D[P []int] map[P]chan<- (<-chan int)
type E = A[int, string]
type F[P *Q | int] func(...P) (Q, error)
func (r *A[K, _]) m[T any](t T) {}
func g[T interface{ comparable }](x T) T { return g[T](x) }
