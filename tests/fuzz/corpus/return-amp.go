package p

func f() *T { return&T{} }
func g() int { return-1 }
func h() string { return"x" }
func i() func() { return(func() {}) }
