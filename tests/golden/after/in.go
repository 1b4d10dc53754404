package target

import "io"

func Copy(w io.Writer, r io.Reader) (n int64, err error) {
	if w == nil {
		return
	}
	if r == nil { return 0, io.EOF }
	return io.Copy(w, r)
}

func unnamed(io.Reader, int) {
	if true {
		return // early
	}
}
