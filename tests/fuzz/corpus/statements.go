package p

//go:noinline
func f(a, b int, _ ...string) (x int, err error) {
L:
	for i := range 10 {
		switch x := a; y := any(x).(type) {
		case int, []string:
			continue L
		default:
			goto L
		}
		_ = i
	}
	for a := 0; a < 10; a++ {
		if b := a; b > 3 { return b, nil } else if a == 2 { break } else { fallthrough }
	}
	select {
	case v, ok := <-c:
		_, _ = v, ok
	case c <- 1:
	default:
	}
	go func() { defer f(1, 2); return }()
	c <- <-d
	x.y[1], z[1:2], z[1:2:3] = 1, 2, 3
	a += 1; a &^= 2; a--
	var ( t = T{1, 2, k: {3}}; u = &[...]int{1: 2} )
	type local[P any] = []P
	return
}
