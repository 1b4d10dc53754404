package main

import (
	"log"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// startServers starts a PostgreSQL and a Redis of our own for the reference service,
// in folders below /tmp, which a server's user can reach. They die with us. The service
// finds them by its environment, where a user can name others instead.
func startServers() (stop func()) {
	if os.Getenv("BENCH_POSTGRES") != "" && os.Getenv("BENCH_REDIS") != "" {
		return func() {}
	}
	dir, err := os.MkdirTemp("/tmp", "otel-bench-")
	check(err)
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if u, err := user.Lookup("postgres"); os.Getuid() == 0 && err == nil { // PostgreSQL refuses root
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		check(os.Chown(dir, uid, gid))
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(serverProgram(name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, attr
		cmd.Env = append(os.Environ(), "TMPDIR="+dir, "LC_ALL=C")
		return cmd
	}
	data := filepath.Join(dir, "data")
	if out, err := command("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8").CombinedOutput(); err != nil {
		log.Fatalf("initdb: %v\n%s", err, out)
	}
	var started []*exec.Cmd
	start := func(name, addr string, args ...string) {
		cmd := command(name, args...)
		check(cmd.Start())
		started = append(started, cmd)
		listening(name, addr)
	}
	host, pg, redis := "127.0.0.1", freePort(), freePort()
	start("postgres", net.JoinHostPort(host, pg), "-D", data, "-h", host, "-p", pg, "-c", "unix_socket_directories=", "-c", "log_min_messages=fatal", "-c", "max_connections=300")
	for deadline := time.Now().Add(30 * time.Second); command("pg_isready", "-q", "-h", host, "-p", pg).Run() != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			log.Fatal("postgres does not get ready")
		}
	}
	start("redis-server", net.JoinHostPort(host, redis), "--bind", host, "--port", redis, "--dir", dir, "--save", "", "--loglevel", "warning")
	check(os.Setenv("BENCH_POSTGRES", "postgres://postgres@"+net.JoinHostPort(host, pg)+"/postgres?sslmode=disable"))
	check(os.Setenv("BENCH_REDIS", net.JoinHostPort(host, redis)))
	return func() {
		for _, cmd := range started {
			cmd.Process.Signal(syscall.SIGQUIT)
			cmd.Wait()
		}
		os.RemoveAll(dir)
	}
}

// serverProgram finds a server's program, which Debian's packages keep out of PATH.
func serverProgram(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, _ := filepath.Glob(filepath.Join("/usr/lib/postgresql/*/bin", name))
	if len(found) == 0 {
		log.Fatalf("no %s: run tools/setup servers, or set BENCH_POSTGRES and BENCH_REDIS", name)
	}
	return found[len(found)-1]
}

// freePort returns a port that nothing listens at, below those that connections are made from:
// such a one could be taken before it is listened at.
func freePort() string {
	for {
		port := strconv.Itoa(16384 + rand.IntN(16384))
		if l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
			l.Close()
			return port
		}
	}
}

// listening waits until somebody listens at addr.
func listening(name, addr string) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			log.Fatalf("%s does not listen: %v", name, err)
		}
	}
}
