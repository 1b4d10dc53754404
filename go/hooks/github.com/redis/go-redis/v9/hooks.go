package redis

import (
	"context"

	"github.com/redis/go-redis/v9"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/redisconv"
)

// The functions that are woven into go-redis. The program's own hooks (AddHook) are
// around them, retries within.

// ProcessEnter is woven into (*baseClient).process, with which a Client, Conn, Tx or
// SentinelClient carries out a command. opt is the client's options, as the client itself does
// not escape there.
func ProcessEnter(opt any, ctx context.Context, cmd redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !library.On() {
		return ctx, nil, redisconv.AsItIs
	}
	return redisconv.Command(&library, opt, ctx, cmd)
}

// PipelineEnter is woven into (*baseClient).processPipeline.
func PipelineEnter(opt any, ctx context.Context, cmds []redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !library.On() {
		return ctx, nil, redisconv.AsItIs
	}
	return redisconv.Pipeline(&library, opt, ctx, cmds, redisconv.ModePipeline)
}

// TxPipelineEnter is woven into (*baseClient).processTxPipeline.
func TxPipelineEnter(opt any, ctx context.Context, cmds []redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !library.On() {
		return ctx, nil, redisconv.AsItIs
	}
	return redisconv.Pipeline(&library, opt, ctx, cmds, redisconv.ModeMulti)
}

// RouteEnter is woven into (*ClusterClient).process and (*Ring).process, which choose
// the nodes to ask: one, or several one after the other.
func RouteEnter(ctx context.Context, cmd redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !library.On() {
		return ctx, nil, redisconv.AsItIs
	}
	return redisconv.Command(&library, nil, ctx, cmd)
}

// RoutePipelineEnter is woven into (*ClusterClient).processPipeline. It leaves the
// context as it is: the function's goroutines have it, and what is captured so and
// assigned to has another escape note. The nodes' clients are not asked through what
// is woven. The slice is the hook's own, which is on the stack.
func RoutePipelineEnter(ctx context.Context, cmds []redis.Cmder) (leave func(), after func(error) error) {
	if !library.On() {
		return nil, redisconv.AsItIs
	}
	_, leave, after = redisconv.Pipeline(&library, nil, ctx, cmds, redisconv.ModePipeline)
	return leave, after
}

// RouteTxPipelineEnter is woven into (*ClusterClient).processTxPipeline.
func RouteTxPipelineEnter(ctx context.Context, cmds []redis.Cmder) (leave func(), after func(error) error) {
	if !library.On() {
		return nil, redisconv.AsItIs
	}
	_, leave, after = redisconv.Pipeline(&library, nil, ctx, cmds, redisconv.ModeMulti)
	return leave, after
}

// RingPipelineEnter is woven into (*Ring).generalProcessPipeline,
// whose goroutines ask the shards' clients: their pipelines are known by the commands.
func RingPipelineEnter(ctx context.Context, cmds []redis.Cmder, tx bool) (leave func(), after func(error) error) {
	switch {
	case !library.On():
		return nil, redisconv.AsItIs
	case tx:
		return redisconv.RingPipeline(&library, ctx, cmds, redisconv.ModeMulti)
	}
	return redisconv.RingPipeline(&library, ctx, cmds, redisconv.ModePipeline)
}

// OwnEnter is woven into what the library does on its own: setting up connections
// (HELLO, AUTH, SELECT), asking for the cluster's nodes, a ring's heartbeat.
func OwnEnter(ctx context.Context) (newCtx context.Context) {
	if !library.On() || ctx == nil {
		return ctx
	}
	return hook.Suppress(ctx)
}

// OwnGoroutineEnter is woven into what measures how far a cluster's nodes are away: a
// goroutine that passes no context of anyone's.
func OwnGoroutineEnter() { hook.SuppressGoroutine() }

// ReleaseEnter is woven into (*baseClient).releaseConn, from 9.22 on releaseConnToPool:
// with this connection a command was carried out.
func ReleaseEnter(ctx context.Context, cn any) {
	if library.On() {
		library.Released(ctx, cn)
	}
}

// NewClientEnter is woven into NewClient, with which clusters and rings too make the
// clients of their nodes. Clients are noted while the instrumentation is off as well:
// it may be turned on later.
func NewClientEnter() (after func(*redis.Client) *redis.Client) { return newClient }

func newClient(c *redis.Client) *redis.Client {
	library.Opened(c, "")
	return c
}

// NewFailoverClientEnter is woven into NewFailoverClient.
func NewFailoverClientEnter(failoverOpt *redis.FailoverOptions) (after func(*redis.Client) *redis.Client) {
	master := ""
	if failoverOpt != nil {
		master = failoverOpt.MasterName
	}
	return func(c *redis.Client) *redis.Client {
		library.Opened(c, master)
		return c
	}
}
