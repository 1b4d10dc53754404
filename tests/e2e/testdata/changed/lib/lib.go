package lib

import (
	"fmt"
	"path"
	"runtime"
)

type Config struct {
	Name  string
	Hooks []string
}

var Default = Config{Name: "plain"}

const Limit = 3

func Open(name string, opts ...string) string { return name + ":" + join(opts) }

func join(s []string) string {
	out := ""
	for _, x := range s {
		out += x + ","
	}
	return out
}

type Server struct {
	Addr string // where
}

func (s *Server) Serve(int, string) error {
	n := 1
	n = n + 2
	fmt.Println("n", n)
	return nil
}

// Query is what a directive is about.
//
//trace:span op:read table:users
func Query(q string) (string, error) {
	_, file, line, _ := runtime.Caller(0)
	return fmt.Sprint("rows of ", q, " at ", path.Base(file), ":", line), nil
}

// Listen is woven in a program that does not import what its code needs.
func Listen() string { return "listening" }
