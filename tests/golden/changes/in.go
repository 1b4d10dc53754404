package target // the package

import (
	"fmt"
	h "net/http"
)

type Config struct {
	Name string `json:"name"` // its name
	Age  int
}

type empty struct{}

var (
	a, b = 1, "x"
	client = &h.Client{Timeout: 5}
	unset  h.Handler
)

const limit = 3

// Serve serves.
//
//trace:span op:read table:users
func (c *Config) Serve(int, string) (_ string, err error) {
	for i := 0; i < limit; i++ {
		fmt.Println(h.Get("a"), h.Get(wrap(h.Get("b"))))
	}
	resp, err := h.Get("c") //otel:ignore
	_ = resp
	_ = h.Client{}
	_, _ = h.Get(
		"lines",
	)
	return "", err
}

func variadic(opts []string) {
	h.Handle("x", opts...)
	h.Handle("y",
		"z",
	)
	h.Handle()
}
