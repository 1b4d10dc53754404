package target; import _ "embed"; import otel3_i1 "strings"; import otel2_i0 "sync"; import otel1_i0 "fmt"; import otel_i0 "example.com/tr" // the package

import (
	"fmt"
	h "net/http"
)

type Config struct {
	Name string `json:"name"` // its name
	Age  int; mu otel2_i0.Mutex; n int
}

type empty struct{ mu otel2_i0.Mutex; n int}

var (
	a, b = 1, up("x")
	client = &h.Client{Jar: nil, Timeout: 2 * 5}
	unset  h.Handler = h.NotFoundHandler()
)

const limit = 3

// Serve serves.
//
//trace:span op:read table:users
func (c *Config) Serve(_ int, otel3_p2 string) (otel3_r0 string, err error) { x := otel3_i1.ToUpper(otel3_p2) + "two\nlines"; _ = x; _ = otel3_r0; note("Serve", "op=read", "table=users");
	for i := 0; i < limit; i++ {
		fmt.Println(otel_i0.Wrap(h.Get("a")), otel_i0.Wrap(h.Get(wrap(otel_i0.Wrap(h.Get("b"))))))
	}
	resp, err := h.Get("c"); check(err) //otel:ignore
	_ = resp
	_ = h.Client{Jar: nil}
	_, _ = otel_i0.Wrap(h.Get(
		"lines",
	))
	return "", err
}

func variadic(opts []string) {
	first(); h.Handle("x", append(append([]string(nil), opts...), otel1_i0.Sprint(1), 2)...)
	h.Handle("y",
		"z",
	otel1_i0.Sprint(1), 2)
	h.Handle(otel1_i0.Sprint(1), 2)
}
// ---- rebuild form
package target; import _ "embed"; import otel3_i1 "strings"; import otel2_i0 "sync"; import otel1_i0 "fmt"; import otel_i0 "example.com/tr" // the package

import (
	"fmt"
	h "net/http"
)

type Config struct {
	Name string `json:"name"` // its name
	Age  int; mu otel2_i0.Mutex; n int
}

type empty struct{ mu otel2_i0.Mutex; n int}

var (
	a, b = 1, up("x")
	client = &h.Client{Jar: nil, Timeout: 2 * 5}
	unset  h.Handler = h.NotFoundHandler()
)

const limit = 3

// Serve serves.
//
//trace:span op:read table:users
func (c *Config) Serve(_ int, otel3_p2 string) (otel3_r0 string, err error) { x := otel3_i1.ToUpper(otel3_p2) + "two\nlines"; _ = x; _ = otel3_r0; note("Serve", "op=read", "table=users");
	for i := 0; i < limit; i++ {
		fmt.Println(otel_i0.Wrap(h.Get("a")), otel_i0.Wrap(h.Get(wrap(otel_i0.Wrap(h.Get("b"))))))
	}
	resp, err := h.Get("c"); check(err) //otel:ignore
	_ = resp
	_ = h.Client{Jar: nil}
	_, _ = otel_i0.Wrap(h.Get(
		"lines",
	))
	return "", err
}

func variadic(opts []string) {
	first(); h.Handle("x", append(append([]string(nil), opts...), otel1_i0.Sprint(1), 2)...)
	h.Handle("y",
		"z",
	otel1_i0.Sprint(1), 2)
	h.Handle(otel1_i0.Sprint(1), 2)
}
// ---- links
package target

import _ "unsafe"
