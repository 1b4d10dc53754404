// Routers serves the same paths with the routers that people use, asks each for
// all of them, and prints the answers.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"
	"github.com/julienschmidt/httprouter"
	echo4 "github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"
)

func main() {
	routers := map[string]func() http.Handler{"gin": ginRouter, "echo4": echo4Router, "echo5": echo5Router, "mux": muxRouter, "httprouter": httpRouter, "chi": chiRouter}
	s := httptest.NewServer(routers[os.Args[1]]())
	defer s.Close()
	for _, path := range []string{"/plain", "/items/7", "/api/users/8", "/nowhere"} {
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		check(err)
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n", path)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		check(err)
		body, err := io.ReadAll(res.Body)
		check(err)
		conn.Close()
		res.Header.Del("Date")
		fmt.Printf("%s %d %q %v\n", path, res.StatusCode, body, res.Header)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func ginRouter() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.Use(func(c *gin.Context) { c.Next() }, gin.Recovery())
	e.GET("/plain", func(c *gin.Context) { c.String(200, "plain") })
	e.GET("/items/:id", func(c *gin.Context) { c.String(200, c.Param("id")) })
	e.Group("/api").GET("/users/:id", func(c *gin.Context) { c.String(200, c.Param("id")) })
	return e
}

func echo4Router() http.Handler {
	e := echo4.New()
	e.GET("/plain", func(c echo4.Context) error { return c.String(200, "plain") })
	e.GET("/items/:id", func(c echo4.Context) error { return c.String(200, c.Param("id")) })
	e.Group("/api").GET("/users/:id", func(c echo4.Context) error { return c.String(200, c.Param("id")) })
	return e
}

func echo5Router() http.Handler {
	e := echo5.New()
	e.GET("/plain", func(c *echo5.Context) error { return c.String(200, "plain") })
	e.GET("/items/:id", func(c *echo5.Context) error { return c.String(200, c.Param("id")) })
	e.Group("/api").GET("/users/:id", func(c *echo5.Context) error { return c.String(200, c.Param("id")) })
	return e
}

func muxRouter() http.Handler {
	m := mux.NewRouter()
	m.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "plain") })
	m.HandleFunc("/items/{id}", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, mux.Vars(r)["id"]) })
	m.PathPrefix("/api").Subrouter().HandleFunc("/users/{id:[0-9]+}", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, mux.Vars(r)["id"]) })
	return m
}

func httpRouter() http.Handler {
	m := httprouter.New()
	m.GET("/plain", func(w http.ResponseWriter, r *http.Request, ps httprouter.Params) { io.WriteString(w, "plain") })
	m.GET("/items/:id", func(w http.ResponseWriter, r *http.Request, ps httprouter.Params) { io.WriteString(w, ps.ByName("id")) })
	m.HandlerFunc("GET", "/api/users/:id", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, httprouter.ParamsFromContext(r.Context()).ByName("id"))
	})
	return m
}

func chiRouter() http.Handler {
	m := chi.NewRouter()
	m.Get("/plain", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "plain") })
	m.Get("/items/{id}", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, chi.URLParam(r, "id")) })
	m.Route("/api", func(m chi.Router) {
		m.Get("/users/{id:[0-9]+}", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, chi.URLParam(r, "id")) })
	})
	return m
}
