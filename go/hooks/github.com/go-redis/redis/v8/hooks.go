package redis

import (
	"context"

	"github.com/go-redis/redis/v8"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/redisconv"
)

// The functions that are woven into go-redis. The program's own hooks (AddHook) are
// around them, retries within.

// ProcessEnter is woven into (*baseClient).process, with which a Client, Conn, Tx or
// SentinelClient carries out a command.
func ProcessEnter(c any, ctx context.Context, cmd redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !library.On() {
		return ctx, nil, redisconv.AsItIs
	}
	return redisconv.Command(&library, c, ctx, cmd)
}

// PipelineEnter is woven into (*baseClient).generalProcessPipeline, which carries out
// pipelines and transactions: those come with their MULTI and EXEC. It is given the
// client's options, as the client itself does not escape there.
func PipelineEnter(opt any, ctx context.Context, cmds []redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !library.On() {
		return ctx, nil, redisconv.AsItIs
	}
	mode := redisconv.ModePipeline
	if n := len(cmds); n >= 2 && cmds[0].Name() == "multi" && cmds[n-1].Name() == "exec" {
		mode = redisconv.ModeMulti
	}
	return redisconv.Pipeline(&library, opt, ctx, cmds, mode)
}

// RouteEnter is woven into (*ClusterClient).process and (*Ring).process, which choose
// the nodes to ask: one, or several one after the other.
func RouteEnter(ctx context.Context, cmd redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !library.On() {
		return ctx, nil, redisconv.AsItIs
	}
	return redisconv.Command(&library, nil, ctx, cmd)
}

// RoutePipelineEnter is woven into (*ClusterClient)._processPipeline. It leaves the
// context as it is: the function's goroutines have it, and what is captured so and
// assigned to has another escape note. The nodes' clients are not asked through what
// is woven. The slice of commands is on the stack of the function.
func RoutePipelineEnter(ctx context.Context, cmds []redis.Cmder) (leave func(), after func(error) error) {
	if !library.On() {
		return nil, redisconv.AsItIs
	}
	_, leave, after = redisconv.Pipeline(&library, nil, ctx, cmds, redisconv.ModePipeline)
	return leave, after
}

// RouteTxPipelineEnter is woven into (*ClusterClient)._processTxPipeline.
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
// (AUTH, SELECT), asking for the cluster's nodes, the commands that there are, and the
// sentinels' master.
func OwnEnter(ctx context.Context) (newCtx context.Context) {
	if !library.On() || ctx == nil {
		return ctx
	}
	return hook.Suppress(ctx)
}

// OwnGoroutineEnter is woven into what the library does in goroutines that have no
// context of anyone's: a ring's heartbeat, and how far a cluster's nodes are away.
func OwnGoroutineEnter() { hook.SuppressGoroutine() }

// ReleaseEnter is woven into (*baseClient).releaseConn: with this connection a command
// was carried out.
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
