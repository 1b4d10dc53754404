//go:build !amd64 && !arm64

package hook

func panicState() gstate { return gstate{} }

func panicValue(uintptr) any { return nil }

func goroutine() uintptr { return 0 }
