package lib_test

import (
	"testing"

	"example.com/app/lib"
)

func TestOutside(t *testing.T) {
	if lib.Line() == 0 {
		t.Error("no line")
	}
}
