package redis

import (
	"context"

	"github.com/redis/go-redis/v9"

	"otel.tool/runtime/hook"
)

// The functions that are woven into go-redis. The program's own hooks (AddHook) are
// around them, retries within.

// ProcessEnter is woven into (*baseClient).process, with which a Client, Conn, Tx or
// SentinelClient carries out a command.
func ProcessEnter(c any, ctx context.Context, cmd redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !client.On() {
		return ctx, nil, asItIs
	}
	return enter(c, ctx, cmd, nil, modeCommand)
}

// PipelineEnter is woven into (*baseClient).processPipeline.
func PipelineEnter(c any, ctx context.Context, cmds []redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !client.On() {
		return ctx, nil, asItIs
	}
	return enter(c, ctx, nil, cmds, modePipeline)
}

// TxPipelineEnter is woven into (*baseClient).processTxPipeline.
func TxPipelineEnter(c any, ctx context.Context, cmds []redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !client.On() {
		return ctx, nil, asItIs
	}
	return enter(c, ctx, nil, cmds, modeMulti)
}

// RouteEnter is woven into (*ClusterClient).process and (*Ring).process, which choose
// the nodes to ask: one, or several one after the other.
func RouteEnter(ctx context.Context, cmd redis.Cmder) (newCtx context.Context, leave func(), after func(error) error) {
	if !client.On() {
		return ctx, nil, asItIs
	}
	return enter(nil, ctx, cmd, nil, modeCommand)
}

// RoutePipelineEnter is woven into (*ClusterClient).processPipeline. It leaves the
// context as it is: the function's goroutines have it, and what is captured so and
// assigned to has another escape note. The nodes' clients are not asked through what
// is woven.
func RoutePipelineEnter(ctx context.Context, cmds []redis.Cmder) (leave func(), after func(error) error) {
	if !client.On() {
		return nil, asItIs
	}
	return enterRoute(ctx, cmds, modePipeline)
}

// RouteTxPipelineEnter is woven into (*ClusterClient).processTxPipeline.
func RouteTxPipelineEnter(ctx context.Context, cmds []redis.Cmder) (leave func(), after func(error) error) {
	if !client.On() {
		return nil, asItIs
	}
	return enterRoute(ctx, cmds, modeMulti)
}

// RingPipelineEnter is woven into (*Ring).generalProcessPipeline,
// whose goroutines ask the shards' clients: their pipelines are known by the commands.
func RingPipelineEnter(ctx context.Context, cmds []redis.Cmder, tx bool) (leave func(), after func(error) error) {
	switch {
	case !client.On():
		return nil, asItIs
	case tx:
		return enterRing(ctx, cmds, modeMulti)
	}
	return enterRing(ctx, cmds, modePipeline)
}

// OwnEnter is woven into what the library does on its own: setting up connections
// (HELLO, AUTH, SELECT), asking for the cluster's nodes, a ring's heartbeat.
func OwnEnter(ctx context.Context) (newCtx context.Context) {
	if !client.On() || ctx == nil {
		return ctx
	}
	return hook.Suppress(ctx)
}

func asItIs(err error) error { return err }
