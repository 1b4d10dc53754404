package main

import (
	"fmt"
	"net/url"
	"runtime"

	mylib "example.com/app/lib"
)

var opts = []string{"x", "y"}

func main() {
	fmt.Println(mylib.Open("a"), mylib.Open("b", "c"), mylib.Open(mylib.Open("in"), opts...))
	fmt.Println(mylib.Open("skip")) //otel:ignore
	c := mylib.Config{Name: "n"}
	d := &mylib.Config{}
	fmt.Println(c, *d, mylib.Default, mylib.Limit)
	s := &mylib.Server{Addr: "here"}
	fmt.Println(s.Serve(1, "z"))
	fmt.Println(mylib.Query("q"))
	fmt.Println(mylib.Listen())
	fmt.Println(url.Parse(":"))
	_, _, line, _ := runtime.Caller(0)
	fmt.Println(mylib.Open(
		"lines",
		"of a call",
	), line)
	_, _, line, _ = runtime.Caller(0)
	fmt.Println(line)
}
