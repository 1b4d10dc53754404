package hooks

import "io"

func Copy(w io.Writer, r io.Reader) (newR io.Reader, leave func(), after func(int64, error) (int64, error)) {
	return r, nil, nil
}

func Unnamed(r io.Reader, n int) (leave, after func()) { return nil, nil }

func Second(r io.Reader, n int) (after func()) { return nil }
