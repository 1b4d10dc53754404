package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"strings"
)

// fileListener has connections that can be written to by ReadFrom, as TCP's, which use
// sendfile for it.
type fileListener struct{ net.Listener }

func (l fileListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return fileConn{c}, err
}

type fileConn struct{ net.Conn }

func (c fileConn) ReadFrom(r io.Reader) (int64, error) {
	out("the connection reads from %T", r)
	return io.Copy(struct{ io.Writer }{c.Conn}, r)
}

// sendfile serves files, which go to the connection without being copied.
func sendfile() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		out("%v", err)
		return
	}
	name := exe()
	os.WriteFile(name, []byte(strings.Repeat("file ", 1000)), 0o600) // the first 512 bytes are copied in any case
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, name) })}
	go s.Serve(fileListener{l})
	defer s.Close()
	for _, header := range []string{"", "bytes=0-1999", "bytes=1-2,5-6", "bytes=9999-"} {
		req, _ := http.NewRequest("GET", "http://"+l.Addr().String(), nil)
		req.Header.Set("Range", header)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			out("%v", err)
			continue
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		out("%s %s length %d, %d bytes, %v", header, res.Status, res.ContentLength, len(b), err)
	}
}

// webSocket upgrades to a WebSocket (RFC 6455) and sends a frame each way, directly and
// through a reverse proxy.
func webSocket() {
	s := serve("http1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			out("%v", err)
			return
		}
		defer conn.Close()
		sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
		rw.Flush()
		frame := make([]byte, 2+4+5) // a masked text of 5 bytes
		if _, err := io.ReadFull(rw, frame); err != nil {
			out("%v", err)
			return
		}
		for i := range 5 {
			frame[6+i] ^= frame[2+i%4]
		}
		fmt.Fprintf(rw, "\x81\x05%s\x88\x00", strings.ToUpper(string(frame[6:])))
		rw.Flush()
	}))
	defer s.Close()
	proxy := serve("http1", httputil.NewSingleHostReverseProxy(mustURL(s.URL)))
	defer proxy.Close()
	for _, base := range []served{s, proxy} {
		req, _ := http.NewRequest("GET", base.URL, nil)
		for k, v := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} {
			req.Header.Set(k, v)
		}
		res, err := base.Client().Do(req)
		if err != nil {
			out("%v", err)
			continue
		}
		rwc, ok := res.Body.(io.ReadWriteCloser)
		out("%s accept %s, body %T, read-write %t", res.Status, res.Header.Get("Sec-WebSocket-Accept"), res.Body, ok)
		if ok {
			mask := []byte{1, 2, 3, 4}
			frame := append([]byte{0x81, 0x85}, mask...)
			for i, c := range []byte("hello") {
				frame = append(frame, c^mask[i%4])
			}
			rwc.Write(frame)
			b, err := io.ReadAll(rwc)
			out("frames %q %v", b, err)
		}
		res.Body.Close()
	}
}

// retries prints what a server gets of requests whose connection it closes instead of answering:
// the transport sends again what it may.
func retries() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		out("%v", err)
		return
	}
	defer l.Close()
	got := make(chan string, 100)
	go func() {
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				br := bufio.NewReader(conn)
				for answered := 0; ; answered++ {
					req, err := http.ReadRequest(br)
					if err != nil {
						return
					}
					body, _ := io.ReadAll(req.Body)
					got <- fmt.Sprintf("connection %d: %s %s %q", n, req.Method, req.URL, body)
					if answered == 1 {
						return
					}
					fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				}
			}()
		}
	}()
	t := &http.Transport{}
	defer t.CloseIdleConnections()
	c := &http.Client{Transport: t}
	base := "http://" + l.Addr().String()
	do := func(method, path, body, key string) {
		req, _ := http.NewRequest(method, base+path, nil)
		if body != "" {
			req, _ = http.NewRequest(method, base+path, strings.NewReader(body))
		}
		if key != "" {
			req.Header.Set("Idempotency-Key", key)
		}
		res, err := c.Do(req)
		if err != nil {
			out("%s %s: %v", method, path, err)
		} else {
			b, err := io.ReadAll(res.Body)
			res.Body.Close()
			out("%s %s: %s %q %v, its own request %t", method, path, res.Status, b, err, res.Request == req)
		}
		for len(got) > 0 {
			out("  %s", <-got)
		}
	}
	do("GET", "/1", "", "")
	do("GET", "/2", "", "")               // is sent again
	do("POST", "/3", "payload", "a")      // likewise, with its body
	do("POST", "/4", "not once more", "") // fails
	do("POST", "/5", "payload", "")       // on a new connection
	do("DELETE", "/6", "", "")            // fails
	do("DELETE", "/7", "", "")            // on a new connection
}

// trailers prints those that arrive, on either side.
func trailers() {
	for _, kind := range kinds {
		s := serve(kind, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X-Sum")
			b, err := io.ReadAll(r.Body)
			out("%s got %q %v trailer %v", kind, b, err, r.Trailer)
			fmt.Fprint(w, "body")
			w.Header().Set("X-Sum", "42")
			w.Header().Set(http.TrailerPrefix+"X-Late", "1")
		}))
		req, _ := http.NewRequest("POST", s.URL, io.MultiReader(strings.NewReader("data")))
		req.Trailer = http.Header{"X-End": nil}
		req.Body = io.NopCloser(io.MultiReader(strings.NewReader("data"), onEOF(func() { req.Trailer.Set("X-End", "e") })))
		res, err := clientFor(kind, s).Do(req)
		if err != nil {
			out("%v", err)
		} else {
			out("%s announced %v", res.Proto, res.Trailer)
			b, err := io.ReadAll(res.Body)
			res.Body.Close()
			out("%q %v trailer %v", b, err, res.Trailer)
		}
		s.Close()
	}
}

type onEOF func()

func (f onEOF) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}
