package hooks

func A(s []byte, n int) {}

func B(s string, n int) (after func(string) string) { return nil }

func C(n int) {}
