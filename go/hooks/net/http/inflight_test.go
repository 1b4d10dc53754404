package http

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"otel.tool/runtime/hook/httpconv"
)

// The span of a request that is being served when the program ends is ended, once.
func TestEndedAtExit(t *testing.T) {
	rec := record(t)
	entered, release := make(chan bool), make(chan bool)
	mux := http.NewServeMux()
	mux.HandleFunc("/{how}", func(http.ResponseWriter, *http.Request) {
		entered <- true
		<-release
	})
	s := serve(t, wovenMux(mux).ServeHTTP)
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
	inFlight.EndAll()
	got := rec.wait(1)[0]
	if attr(got, httpconv.KeyURLPath) != "/slow" || attr(got, httpconv.KeyStatus) != "" || got.Name() != "GET /{how}" {
		t.Error(show(got))
	}
	close(release)
	<-done
	inFlight.EndAll()
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
	inFlight.EndAll()
	rec.wait(100)
	end := inFlight.End
	defer func() { inFlight.End = end }()
	inFlight.End = func(c *serverCall) {
		if c.open.Load() != nil {
			t.Error("a call that is not in use is open")
		}
	}
	inFlight.EndAll()
}
