// Fiber2 asks an application of fiber v2 for all that it has, and for what it has not, and
// prints the bytes that come back.
//
//	fiber2 SECTION
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/gofiber/fiber/v2/middleware/timeout"
	"github.com/valyala/fasthttp"
)

func main() {
	app := application()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(app.Listener(l)) }()
	addr := l.Addr().String()
	switch os.Args[1] {
	case "routes":
		for _, target := range []string{
			"GET /", "GET /items/7?token=S3CR3T", "HEAD /items/7", "POST /items", "GET /api/v1/users/8", "GET /mounted/deep/9", "GET /wild/a/b", "GET /opt", "GET /opt/1",
			"GET /two", "GET /static/file.txt", "GET /static/none",
		} {
			ask(addr, target)
		}
	case "none":
		for _, target := range []string{"GET /nowhere", "DELETE /two", "GET /api/v1/nothing", "BREW /two", "GET /refused/7", "GET /api/v1/refused"} {
			ask(addr, target)
		}
	case "wrong":
		for _, target := range []string{"GET /error/1", "GET /fail/1", "GET /panic/1", "GET /slow/1", "GET /restart/1"} {
			ask(addr, target)
		}
	case "calls":
		ask(addr, "GET /calls/1?addr="+addr)
	case "test":
		res, err := app.Test(httptest.NewRequest("GET", "/items/7", nil))
		check(err)
		body, _ := io.ReadAll(res.Body)
		fmt.Println(res.StatusCode, string(body))
	case "many":
		many(addr)
	}
	check(app.Shutdown())
}

func application() *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, ReadTimeout: time.Minute})
	app.Use(recover.New())
	app.Use(func(c *fiber.Ctx) error {
		c.Set("X-Second", "2")
		c.Set("X-First", "1")
		if strings.HasPrefix(c.Path(), "/refused") {
			return c.SendStatus(401)
		}
		return c.Next()
	})
	id := func(c *fiber.Ctx) error { return c.SendString(c.Method() + " " + c.Params("id")) }
	app.Get("/", id)
	app.Get("/items/:id", id)
	app.Post("/items", id)
	v1 := app.Group("/api").Group("/v1", func(c *fiber.Ctx) error {
		if strings.HasSuffix(c.Path(), "/refused") {
			return c.SendStatus(403)
		}
		return c.Next()
	})
	v1.Get("/users/:id", id)
	sub := fiber.New()
	sub.Get("/deep/:id", id)
	app.Mount("/mounted", sub)
	app.Get("/wild/*", func(c *fiber.Ctx) error { return c.SendString(c.Params("*")) })
	app.Get("/opt/:id?", id)
	app.Get("/two", func(c *fiber.Ctx) error { c.Set("X-Two", "1"); return c.Next() }, id)
	dir, err := os.MkdirTemp("", "fiber")
	check(err)
	check(os.WriteFile(filepath.Join(dir, "file.txt"), []byte("a file"), 0o644))
	check(os.Chtimes(filepath.Join(dir, "file.txt"), time.Unix(0, 0), time.Unix(0, 0)))
	app.Static("/static", dir)
	app.Get("/error/:id", func(*fiber.Ctx) error { return fiber.NewError(503, "later") })
	app.Get("/fail/:id", func(*fiber.Ctx) error { return errors.New("failed") })
	app.Get("/panic/:id", func(*fiber.Ctx) error { panic("oh") })
	app.Get("/slow/:id", timeout.NewWithContext(func(c *fiber.Ctx) error {
		<-c.UserContext().Done()
		return c.UserContext().Err()
	}, 50*time.Millisecond))
	app.Get("/restart/:id", func(c *fiber.Ctx) error { c.Path("/items/5"); return c.RestartRouting() })
	app.Get("/calls/:id", func(c *fiber.Ctx) error {
		addr := c.Query("addr")
		call := func() string {
			status, _, err := fasthttp.Get(nil, "http://"+addr+"/items/"+c.Params("id"))
			return fmt.Sprint(status, err)
		}
		first, second := call(), make(chan string)
		go func() { second <- call() }()
		return c.SendString(first + " " + <-second + " " + fmt.Sprint(c.UserContext() == context.Background()))
	})
	app.Get("/echo/:n", func(c *fiber.Ctx) error {
		status, body, err := fasthttp.Get(nil, "http://"+c.Query("addr")+"/items/"+c.Params("n"))
		if err != nil || status != 200 {
			return err
		}
		return c.Send(body)
	})
	return app
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// ask sends a request over a connection of its own, and prints all that comes back but the date.
func ask(addr, target string) {
	c, err := net.Dial("tcp", addr)
	check(err)
	defer c.Close()
	_, err = fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: example.com\r\nCookie: session=S3CR3T\r\nConnection: close\r\n\r\n", target)
	check(err)
	all, err := io.ReadAll(c)
	check(err)
	for _, line := range strings.SplitAfter(string(all), "\n") {
		if !strings.HasPrefix(line, "Date: ") {
			fmt.Printf("%q\n", strings.ReplaceAll(line, addr, "ADDR"))
		}
	}
}

// many sends many requests at once: each answer is that of its request.
func many(addr string) {
	var wg sync.WaitGroup
	var wrong atomic.Int32
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 50 {
				n := fmt.Sprint(g, "-", i)
				_, body, err := fasthttp.Get(nil, "http://"+addr+"/echo/"+n+"?addr="+addr)
				if err != nil || string(body) != "GET "+n {
					wrong.Add(1)
				}
			}
		}()
	}
	wg.Wait()
	fmt.Println(wrong.Load(), "wrong")
}
