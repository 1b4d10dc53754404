package p
func (T) a() (int, error) { return g() }
func (*T) b(_ int, _ string) { for { return } }
func (t T) c() { func() int { return 1 }() }
