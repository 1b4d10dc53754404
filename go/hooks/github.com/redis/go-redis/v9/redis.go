// Package redis holds the hooks of github.com/redis/go-redis/v9: a CLIENT span for
// each command, pipeline and transaction, the metric of their durations and those of
// the pools of connections. What is recorded, and how, is
// otel.tool/runtime/hook/redisconv's.
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package redis

import (
	"github.com/redis/go-redis/v9"

	"otel.tool/runtime/hook/redisconv"
)

const (
	scope   = "otel.tool/hooks/github.com/redis/go-redis/v9"
	version = "0.1.0"
)

var library = redisconv.Library{
	Place: placeOf,
	Nil:   redis.Nil,
	Known: []redisconv.Known{{Err: redis.TxFailedErr, Name: "redis.TxFailedErr"}, {Err: redis.ErrClosed, Name: "redis.ErrClosed"}},
}

func init() { library.Register("github.com/redis/go-redis", scope, version) }

// placeOf returns what the options of a client say.
func placeOf(client any) (p redisconv.Place) {
	if opt, ok := client.(*redis.Options); ok && opt != nil {
		p = redisconv.Place{Addr: opt.Addr, DB: opt.DB}
	}
	return p
}
