//go:build !go1.28

package build

import _ "unsafe" // for linkname

// modinfo is what runtime/debug reads, in Go 1.24 to 1.27.
//
//go:linkname modinfo runtime/debug.modinfo
func modinfo() string

// around is the length of the marks before the text and behind it.
const around = 16

func text() string {
	if s := modinfo(); len(s) > 2*around {
		return s[around : len(s)-around]
	}
	return ""
}
