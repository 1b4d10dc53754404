// Package cart is full of functions that otel.yaml and comments select.
package cart

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

type Owner struct{ Name string }

type Cart struct {
	ID    int
	Owner *Owner
}

type ErrEmpty struct{}

func (ErrEmpty) Error() string { return "the cart is empty" }

func (c *Cart) Checkout(ctx context.Context, items []string) (total float64, err error) {
	if len(items) == 0 {
		return 0, fmt.Errorf("checkout: %w", ErrEmpty{})
	}
	defer func() { total *= 2 }()
	for _, item := range items {
		total += c.price(item)
		c.log(ctx, item)
	}
	return total, nil
}

func (c *Cart) price(item string) float64 {
	if item == "bomb" {
		panic("no price for a bomb")
	}
	return float64(len(item))
}

func (c Cart) log(_ context.Context, item string) { c.Secret(item) }

func (c Cart) Secret(string) {}

// String has a receiver that may be nil.
func (c *Cart) String() string {
	if c == nil {
		return "no cart"
	}
	return "a cart"
}

type state struct{ n time.Duration }

// Handle has its context in a request.
func Handle(w http.ResponseWriter, r *http.Request, s state) (int, bool) {
	Ship(r.Context(), "a", 2)
	return 0, r.URL != nil
}

// Context is a router's: it holds the request.
type Context struct {
	Request *http.Request
	params  map[string]string
}

func HandleRoute(c *Context) error {
	_, err := Ship(c.Request.Context(), "b", 3)
	return errors.Join(err, errors.New("no route"))
}

func HandleNothing() {}

//otel:span name="ship goods" kind=producer attr=to,boxes:n
func Ship(ctx context.Context, to string, n uint8) (*state, error) { return nil, nil }

//otel:ignore
func (c Cart) Ignored() {}

func Map[T any](in []T, f func(T) T) []T {
	for i := range in {
		in[i] = f(in[i])
	}
	return in
}

func State(n int) state { return state{time.Duration(n)} }
