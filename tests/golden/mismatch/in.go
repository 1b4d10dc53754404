package target

func otel_(s string, n int) int { return n }

func asm(n int)
