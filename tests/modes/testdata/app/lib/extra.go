//go:build extra

package lib

const kind = " extra"
