// prog ends in the way that its first argument says, with a flusher that
// prints one line.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"otel.tool/runtime/internal/exit"
)

func main() {
	how := os.Args[1]
	if how == "ignored" {
		signal.Ignore(syscall.SIGTERM)
	}
	if os.Getenv("PLAIN") == "" {
		exit.BeforeEnd(func() { panic("a fault of ours") })
		exit.BeforeEnd(func() { fmt.Println("ended") })
		exit.OnFlush(func(ctx context.Context) {
			if os.Getenv("SLOW") != "" {
				<-ctx.Done()
				time.Sleep(10 * time.Second)
			}
			fmt.Println("flushed")
		})
		exit.OnFlush(func(context.Context) { panic("a fault of ours") })
		exit.AtLast(func() { panic("a fault of ours") })
		exit.AtLast(func() {
			if os.Getenv("STUCK") != "" {
				select {}
			}
			fmt.Println("last")
		})
	}
	switch how {
	case "return":
	case "exit":
		os.Exit(3)
	case "fatal":
		log.SetFlags(0)
		log.Fatal("fatal")
	case "panic":
		panic("oh")
	case "goexit":
		go func() {
			time.Sleep(50 * time.Millisecond)
			os.Exit(4)
		}()
		runtime.Goexit()
	case "wait", "ignored":
		fmt.Println("ready")
		time.Sleep(3 * time.Second)
	case "own":
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		fmt.Println("ready")
		<-c
		time.Sleep(300 * time.Millisecond)
		fmt.Println("drained")
	case "context":
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		fmt.Println("ready")
		<-ctx.Done()
		stop()
		time.Sleep(300 * time.Millisecond)
		fmt.Println("drained")
	case "reset":
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		signal.Stop(c)
		fmt.Println("ready")
		time.Sleep(3 * time.Second)
	}
}
