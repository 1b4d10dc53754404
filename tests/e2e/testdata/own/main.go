package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync"

	"example.com/own/cart"
)

func main() {
	ctx := context.Background()
	c := &cart.Cart{ID: 7, Owner: &cart.Owner{Name: "ann"}}
	fmt.Println(c.Checkout(ctx, []string{"ab", "cde"}))
	fmt.Println((&cart.Cart{ID: 8}).Checkout(ctx, nil))
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		c.Checkout(ctx, []string{"bomb"})
	}()
	var none *cart.Cart
	fmt.Println(none.String())
	c.Ignored()
	cart.HandleNothing()

	r, _ := http.NewRequest("GET", "http://localhost/x", nil)
	cart.Handle(nil, r, cart.State(5))
	fmt.Println(cart.HandleRoute(&cart.Context{Request: r}))
	fmt.Println(cart.Map([]int{1, 2}, func(i int) int { return i * i }))

	var wait sync.WaitGroup
	wait.Add(1)
	go func() {
		defer wait.Done()
		defer fmt.Println("goexit")
		cart.Map([]string{"x"}, func(string) string { runtime.Goexit(); return "" })
	}()
	wait.Wait()
}
