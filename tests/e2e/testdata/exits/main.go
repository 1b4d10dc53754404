// Exits ends in the way that its argument names, after it has served itself
// one request (two spans, when traced).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

var ways = map[string]func(){
	"return":   func() {},
	"exit0":    func() { os.Exit(0) },
	"exit3":    func() { os.Exit(3) },
	"fatal":    func() { log.Fatal("fatal: cannot go on") },
	"panic":    func() { panic("oops") },
	"panicErr": func() { panic(fmt.Errorf("wrapped: %w", errors.New("oops"))) },
	"nil":      func() { var p *int; fmt.Println(*p) },
	"nested": func() {
		defer func() {
			panic(fmt.Sprint("again after ", recover()))
		}()
		panic("first")
	},
	"goexit": func() {
		go func() { fmt.Println("last words"); os.Exit(5) }()
		runtime.Goexit()
	},
	"goroutine": func() {
		go func() { os.Exit(6) }()
		select {}
	},
	"goroutinePanic": func() {
		go panic("in a goroutine")
		select {}
	},
	"panicValue": func() { panic(value{1, "two"}) },
	"panicText":  func() { panic(broken{}) },
	"panicFirst": func() {
		c := make(chan bool)
		go func() {
			defer close(c)
			panic("first")
		}()
		<-c
		time.Sleep(time.Second)
		os.Exit(0)
	},
	"goroutineFatal": func() {
		go log.Fatal("fatal in a goroutine")
		select {}
	},
	"deferred": func() {
		defer fmt.Println("deferred runs")
		defer os.Exit(7)
	},
	"mapRace": func() {
		m := map[int]int{}
		for range 4 {
			go func() {
				for {
					m[1]++
				}
			}()
		}
		select {}
	},
	"wait": func() {
		fmt.Println("ready")
		select {}
	},
	"serving": func() {
		s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			fmt.Println("ready")
			select {}
		}))
		http.Get(s.URL + "/slow")
	},
	"handler": func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM, os.Interrupt)
		fmt.Println("ready")
		fmt.Println("got", <-c)
		request("/drain")
		os.Exit(4)
	},
	"context": func() {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
		defer stop()
		fmt.Println("ready")
		<-ctx.Done()
		fmt.Println("draining")
		time.Sleep(100 * time.Millisecond)
		request("/drain")
	},
	"shutdown": func() {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			fmt.Println("ready")
			<-ctx.Done()
			time.Sleep(100 * time.Millisecond)
		}))
		answered := make(chan error)
		go func() {
			_, err := http.Get(s.URL + "/slow")
			answered <- err
		}()
		<-ctx.Done()
		fmt.Println(s.Config.Shutdown(context.Background()), <-answered)
	},
	"ignore": func() {
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ready")
		io.Copy(io.Discard, os.Stdin)
		fmt.Println("end of input")
	},
	"reset": func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		signal.Reset(syscall.SIGTERM)
		fmt.Println("ready")
		select {}
	},
	"resetAll": func() {
		signal.Notify(make(chan os.Signal, 1))
		signal.Reset()
		fmt.Println("ready")
		select {}
	},
	"resetIgnored": func() {
		signal.Ignore(syscall.SIGTERM)
		signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM)
		signal.Reset(syscall.SIGTERM)
		fmt.Println("ready")
		select {}
	},
	"stopIgnored": func() {
		signal.Ignore(syscall.SIGTERM)
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		signal.Stop(c)
		fmt.Println("ready")
		select {}
	},
	"stop": func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		signal.Stop(c)
		fmt.Println("ready")
		select {}
	},
	"twice": func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		fmt.Println("ready")
		fmt.Println("got", <-c)
		signal.Reset(syscall.SIGTERM)
		fmt.Println("again")
		select {}
	},
}

type value struct {
	n int
	s string
}

// broken is an error whose text cannot be had.
type broken struct{}

func (broken) Error() string { panic("no text") }

// early ways end before main begins.
var early = map[string]func(){
	"initExit":  func() { os.Exit(8) },
	"initFatal": func() { log.Fatal("fatal in an init function") },
	"initPanic": func() { panic("in an init function") },
	"initWait": func() {
		fmt.Println("ready")
		select {}
	},
}

func init() {
	if os.Getenv("HANG_DNS") != "" {
		net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
	}
	if f := early[os.Args[1]]; f != nil {
		request("/early")
		fmt.Println("served")
		f()
	}
}

// quiet ways make no request first: the program does nothing but end.
var quiet = map[string]func(){
	"hello":      func() { fmt.Println("hello") },
	"goroutines": func() { fmt.Println(runtime.NumGoroutine()) },
	"args":       func() { fmt.Println(len(os.Args), os.Getenv("OTEL_SERVICE_NAME")) },
}

func main() {
	if f := quiet[os.Args[1]]; f != nil {
		f()
		return
	}
	request("/before")
	fmt.Println("served")
	ways[os.Args[1]]()
}

// request serves one request to itself.
func request(path string) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "ok") }))
	defer s.Close()
	res, err := http.Get(s.URL + path)
	if err != nil {
		log.Fatal(err)
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
}
