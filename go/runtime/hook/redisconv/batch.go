package redisconv

import (
	"errors"
	"sync"
	"unsafe"

	"otel.tool/runtime/hook"
)

// batch is the commands of a pipeline or a transaction while it runs.
type batch interface {
	// firstError returns the first error of the commands that is one, nil if they only
	// did not find what they asked for, which is none; err if none of them knows.
	firstError(err, none error) error

	release()
}

// commands is a batch. It is used again.
type commands[C Cmder] struct {
	all  []C
	few  []C // room for them, where they are on the stack
	pool *sync.Pool
}

// hold returns the batch of cmds.
func hold[C Cmder](l *Library, cmds []C) batch {
	b, _ := l.batches.Get().(*commands[C])
	if b == nil {
		b = &commands[C]{pool: &l.batches}
	}
	if b.all = cmds; len(cmds) > 0 && hook.MayBeOnStack(unsafe.Pointer(&cmds[0])) {
		b.few = append(b.few[:0], cmds...)
		b.all = b.few
	}
	return b
}

func (b *commands[C]) firstError(err, none error) error {
	for _, cmd := range b.all {
		if e := cmd.Err(); e != nil && !errors.Is(e, none) {
			return e
		}
	}
	return err
}

func (b *commands[C]) release() {
	clear(b.few)
	b.all = nil
	b.pool.Put(b)
}

// unwrapped returns cmds without the MULTI and EXEC around them.
func unwrapped[C Cmder](cmds []C, m Mode) []C {
	if n := len(cmds); m == ModeMulti && n >= 2 && cmds[0].Name() == "multi" {
		return cmds[1 : n-1]
	}
	return cmds
}

// common returns the name that all commands have, "" if they have several.
func common[C Cmder](cmds []C) (name string) {
	for i, cmd := range cmds {
		if i == 0 {
			name = cmd.Name()
		} else if cmd.Name() != name {
			return ""
		}
	}
	return name
}
