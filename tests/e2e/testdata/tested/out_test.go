package tested_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"example.com/tested"
)

func TestOutside(t *testing.T) {
	s := httptest.NewServer(tested.Mux())
	defer s.Close()
	if got, err := tested.Get(s.URL + "/x"); got != "x" || err != nil {
		t.Error(got, err)
	}
}

func ExampleMux() {
	fmt.Println(tested.Mux() != nil)
	// Output: true
}
