package target

import "errors"

type T[K comparable] struct{}

func (*T[K]) Get(key string, _ int, more ...K) (_ *T[K], err error) {
	f := func() int { return 1 }
	if key == "" {
		return nil, errors.New("no key")
	}
	if f() == 2 {
		return
	}
	return get(
		key,
	)
}
