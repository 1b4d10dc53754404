// Redis does what one does with a Redis, and prints what it sees: redis ADDR CLUSTER SENTINEL.
// With one word more it leaves clients open as it ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const secret = "S3CR3T"

var ctx = context.Background()

func main() {
	if len(os.Args) > 4 {
		pools()
		return
	}
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
		cluster := redis.NewClusterClient(clusterOptions())
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

	if len(os.Args) > 3 {
		failover := redis.NewFailoverClient(failoverOptions())
		show(failover.Set(ctx, "f1", secret, 0).Result())
		cmds, err = failover.Pipelined(ctx, func(p redis.Pipeliner) error {
			p.Get(ctx, "f1")
			p.Get(ctx, "f1")
			return nil
		})
		show(len(cmds), err)
		failover.Close()
	}

	nobody := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	show(nobody.Ping(ctx).Result())
	nobody.Close()
	show(nobody.Ping(ctx).Result())
}

// pools leaves pools of connections open: two of one name, those of a cluster and of what
// sentinels name, and none of what was closed or forgotten.
func pools() {
	options := func(db int) *redis.Options {
		return &redis.Options{Addr: os.Args[1], DB: db, Password: secret, PoolSize: 5, MinIdleConns: 1}
	}
	one, other := redis.NewClient(options(2)), redis.NewClient(options(2))
	show(one.Ping(ctx).Result())
	show(other.Ping(ctx).Result())
	busy := one.Conn()
	show(busy.Ping(ctx).Result())

	closed := redis.NewClient(options(3))
	show(closed.Ping(ctx).Result())
	closed.Close()
	func() { redis.NewClient(&redis.Options{Addr: os.Args[1], DB: 4, Password: secret, PoolSize: 5}) }()

	timed := redis.NewClient(&redis.Options{Addr: os.Args[1], DB: 5, Password: secret, PoolSize: 1, PoolTimeout: time.Millisecond, MaxRetries: -1})
	held := timed.Conn()
	show(held.Ping(ctx).Result())
	show(timed.Ping(ctx).Result())
	held.Close()

	cluster := redis.NewClusterClient(clusterOptions())
	show(cluster.Ping(ctx).Result())
	failover := redis.NewFailoverClient(failoverOptions())
	show(failover.Ping(ctx).Result())
	for range 4 {
		runtime.GC()
		time.Sleep(50 * time.Millisecond) // idle connections are made
	}
	defer func() {
		runtime.KeepAlive(one)
		runtime.KeepAlive(other)
		runtime.KeepAlive(busy)
		runtime.KeepAlive(timed)
		runtime.KeepAlive(cluster)
		runtime.KeepAlive(failover)
	}()
	flush()
}

func clusterOptions() *redis.ClusterOptions {
	return &redis.ClusterOptions{Addrs: []string{os.Args[2]}}
}

func failoverOptions() *redis.FailoverOptions {
	return &redis.FailoverOptions{MasterName: "shop", SentinelAddrs: []string{os.Args[3]}, Password: secret}
}

// flush waits until who measures has looked.
func flush() { time.Sleep(time.Minute) }

func first[T any](v T, err error) T { return v }

func show(v any, err error) { fmt.Println(v, err, err == redis.Nil) }
