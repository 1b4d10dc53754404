package target

import "net/http"

//go:nosplit
func small(n int) int { return n }

func types(r *http.Request, b []byte) (n int, err error) { return }

func generic[T any](string T, x T) T { return x }

type list[T any] struct{ v []T }

func (l *list[_]) blank() int { return len(l.v) }
