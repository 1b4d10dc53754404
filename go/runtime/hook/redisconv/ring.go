package redisconv

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"otel.tool/runtime/hook"
)

// RingPipeline begins the span of a ring's pipeline whose context stays as it is: what
// the shards are asked for is known by the commands.
func RingPipeline[C Cmder](l *Library, ctx context.Context, cmds []C, m Mode) (leave func(), after func(error) error) {
	_, leave, after = Pipeline(l, nil, ctx, cmds, m)
	if leave == nil {
		return leave, after
	}
	defer hook.Guard()
	mine := slices.Clone(cmds)
	for _, cmd := range mine {
		ringCommands.Store(cmd, true)
	}
	ringPipelines.Add(1)
	end := leave
	return func() {
		ringPipelines.Add(-1)
		for _, cmd := range mine {
			ringCommands.Delete(cmd)
		}
		end()
	}, after
}

// What rings' pipelines consist of, while there are any.
var (
	ringPipelines atomic.Int32
	ringCommands  sync.Map
)

// inRing says whether cmds are a part of a ring's pipeline.
func inRing[C Cmder](cmds []C, m Mode) bool {
	if ringPipelines.Load() == 0 {
		return false
	}
	if cmds = unwrapped(cmds, m); len(cmds) == 0 {
		return false
	}
	_, ok := ringCommands.Load(cmds[0])
	return ok
}
