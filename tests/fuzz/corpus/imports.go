package p
import (
	"fmt"
	. "os" // c
	_ `a/b/v2`
	x "gopkg.in/y.v3"
)
import ()
var v fmt.Stringer = x.F(0x1p-2, 1e3i, 0b1_0, '\u00e9', "\xff")
