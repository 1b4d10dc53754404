// Redis does what one does with a Redis: redis ADDR. It prints what it sees.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const secret = "S3CR3T"

var ctx = context.Background()

func main() {
	rdb := redis.NewClient(&redis.Options{Addr: os.Args[1], DB: 2, Password: secret, MaxRetries: -1})
	defer rdb.Close()
	show(rdb.FlushDB(ctx).Result())
	show(rdb.Set(ctx, "key:"+secret, secret, 0).Result())
	show(rdb.Get(ctx, "key:"+secret).Result())
	show(rdb.Get(ctx, "nothing:"+secret).Result())
	show(rdb.LPush(ctx, "key:"+secret, secret).Result())
	show(rdb.Do(ctx, "nonsense", secret).Result())
	show(rdb.Do(ctx, secret+" "+secret).Result())
	show(rdb.Do(ctx, "AUTH", "not "+secret).Result())

	cmds, err := rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "nothing")
		p.Set(ctx, "a", secret, time.Hour)
		p.Incr(ctx, "n")
		return nil
	})
	show(len(cmds), err)
	cmds, err = rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "nothing")
		p.Get(ctx, "a")
		return nil
	})
	show(len(cmds), err)
	cmds, err = rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Incr(ctx, "n")
		p.LPush(ctx, "a", secret)
		return nil
	})
	show(len(cmds), err)
	show(0, rdb.Watch(ctx, func(tx *redis.Tx) error {
		if err := tx.Get(ctx, "n").Err(); err != nil {
			return err
		}
		_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Set(ctx, "n", 7, 0)
			return nil
		})
		return err
	}, "n"))

	conn := rdb.Conn()
	show(conn.Ping(ctx).Result())
	conn.Close()

	sub := rdb.Subscribe(ctx, "channel")
	show(fmt.Sprintf("%T", first(sub.Receive(ctx))), nil)
	show(rdb.Publish(ctx, "channel", secret).Result())
	message, err := sub.ReceiveMessage(ctx)
	show(message.Payload, err)
	sub.Close()

	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = rdb.Get(ended, "a").Result()
	show(errors.Is(err, context.Canceled), nil)

	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"one": os.Args[1], "two": os.Args[1]}, DB: 2, Password: secret, HeartbeatFrequency: 20 * time.Millisecond})
	show(ring.Set(ctx, "r1", secret, 0).Result())
	show(ring.Get(ctx, "r1").Result())
	cmds, err = ring.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, key := range []string{"r1", "r2", "r3", "r4"} {
			p.Set(ctx, key, secret, 0)
		}
		return nil
	})
	show(len(cmds), err)
	time.Sleep(100 * time.Millisecond) // heartbeats
	ring.Close()

	if len(os.Args) > 2 {
		cluster := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{os.Args[2]}})
		show(cluster.Set(ctx, "c1", secret, 0).Result())
		var group sync.WaitGroup
		group.Add(1)
		go func() {
			defer group.Done()
			show(cluster.Get(ctx, "c1").Result())
		}()
		group.Wait()
		cmds, err = cluster.Pipelined(ctx, func(p redis.Pipeliner) error {
			p.Get(ctx, "c1")
			p.Get(ctx, "c1")
			return nil
		})
		show(len(cmds), err)
		cmds, err = cluster.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Get(ctx, "c1")
			p.Incr(ctx, "{c1}n")
			return nil
		})
		show(len(cmds), err)
		cluster.Close()
	}

	nobody := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	show(nobody.Ping(ctx).Result())
	nobody.Close()
	show(nobody.Ping(ctx).Result())
}

func first[T any](v T, err error) T { return v }

func show(v any, err error) { fmt.Println(v, err, err == redis.Nil) }
