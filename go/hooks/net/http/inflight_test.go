package http

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"weak"
)

// The span of a request that is being served when the program ends is ended, once.
func TestEndedAtExit(t *testing.T) {
	rec := record(t)
	entered, release := make(chan bool), make(chan bool)
	s := serve(t, func(http.ResponseWriter, *http.Request) {
		entered <- true
		<-release
	})
	done := make(chan bool)
	go func() {
		if resp, err := plain.Get(s.URL + "/slow"); err == nil {
			resp.Body.Close()
		}
		close(done)
	}()
	<-entered
	if n := len(rec.Ended()); n != 0 {
		t.Fatalf("%d spans have ended", n)
	}
	inFlight.endAll()
	got := rec.wait(1)[0]
	if attr(got, keyURLPath) != "/slow" || attr(got, keyStatus) != "" {
		t.Error(show(got))
	}
	close(release)
	<-done
	inFlight.endAll()
	rec.wait(1)
}

// A call that is used again is not mistaken for the request before.
func TestNothingInFlight(t *testing.T) {
	rec := record(t)
	h := woven(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for range 100 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	rec.wait(100)
	inFlight.endAll()
	rec.wait(100)
	inFlight.mu.Lock()
	defer inFlight.mu.Unlock()
	for _, p := range inFlight.calls {
		if c := p.Value(); c != nil && c.open.Load() != nil {
			t.Error("a call that is not in use is open")
		}
	}
}

// The list is no longer than the calls that are alive.
func TestInFlightIsBounded(t *testing.T) {
	var l callList
	alive := make([]*serverCall, 10)
	for i := range 10000 {
		c := &serverCall{status: i}
		alive[i%len(alive)] = c
		l.made(c)
		if i%500 == 0 {
			runtime.GC()
		}
	}
	if n := len(l.calls); n > 2000 {
		t.Errorf("%d calls are listed", n)
	}
	found := 0
	for _, c := range alive {
		for _, p := range l.calls {
			if p == weak.Make(c) {
				found++
			}
		}
	}
	if found != len(alive) {
		t.Errorf("%d of %d calls are listed", found, len(alive))
	}
}
