package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Real databases, each started for one test in a folder of its own. tools/setup
// servers installs what is missing.

// secret is in the passwords and the values that tests use, and must be in nothing
// that is exported.
const secret = "S3CR3T"

// server finds a server's program, which may lie where a package for Debian puts it.
func server(t *testing.T, name string, places ...string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, place := range places {
		if found, _ := filepath.Glob(filepath.Join(place, name)); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	t.Fatalf("no %s: run tools/setup servers", name)
	return ""
}

// asUser returns how to run a command as that user in a new folder of theirs: the
// servers refuse to run as root. Who is not root already stays who they are. The
// folder's path is short, as it holds Unix sockets, and it is where that user can
// reach it: what leads to the temporary folder may be root's alone.
func asUser(t *testing.T, name string) (dir string, attr *syscall.SysProcAttr) {
	t.Helper()
	u, err := user.Lookup(name)
	if os.Getuid() != 0 || err != nil {
		return tempDir(t), nil
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	var refused []string
	for _, place := range []string{os.TempDir(), "/tmp", "/var/tmp", "/dev/shm"} {
		if dir, err = os.MkdirTemp(place, "otel-e2e-"); err != nil {
			refused = append(refused, err.Error())
			continue
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		try := exec.Command("/bin/sh", "-c", "test -w .")
		try.Dir, try.SysProcAttr = dir, attr
		if err = try.Run(); err == nil {
			return dir, attr
		}
		refused = append(refused, place+": "+err.Error())
	}
	t.Fatalf("no folder for user %s: %s", name, strings.Join(refused, "; "))
	return "", nil
}

// runServer runs a command that prepares a server, or starts the server itself,
// which then listens at addr. Its temporary files too are in dir.
func runServer(t *testing.T, dir string, attr *syscall.SysProcAttr, addr, bin string, args ...string) {
	t.Helper()
	cmd := exec.Command(bin, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = dir, environ("LC_ALL=C", "TMPDIR="+dir), attr
	if addr == "" {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", filepath.Base(bin), err, out)
		}
		return
	}
	p := &proc{t: t, cmd: cmd, stdout: &output{}, err: &output{}, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.stdout, p.err
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGQUIT)
		<-p.done
		if t.Failed() {
			t.Logf("%s\n%s%s", filepath.Base(bin), p.stdout, p.err)
		}
	})
	p.listening(addr)
}

// postgres starts a PostgreSQL whose user and database are shop.
func postgres(t *testing.T) (addr string) {
	t.Helper()
	dir, attr := asUser(t, "postgres")
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte(secret+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	const place = "/usr/lib/postgresql/*/bin"
	runServer(t, dir, attr, "", server(t, "initdb", place), "-D", data, "-U", "shop", "-A", "scram-sha-256", "--pwfile", password, "-N", "-E", "UTF8")
	addr = freeAddr(t)
	host, port, _ := strings.Cut(addr, ":")
	runServer(t, dir, attr, addr, server(t, "postgres", place), "-D", data, "-h", host, "-p", port, "-F", "-c", "unix_socket_directories=")
	return addr
}

// redisServer starts a Redis.
func redisServer(t *testing.T, args ...string) (addr string) {
	t.Helper()
	dir, attr := asUser(t, "redis")
	addr = freeAddr(t)
	host, port, _ := strings.Cut(addr, ":")
	args = append([]string{"--bind", host, "--port", port, "--dir", dir, "--save", "", "--appendonly", "no"}, args...)
	runServer(t, dir, attr, addr, server(t, "redis-server"), args...)
	return addr
}

// mariadb starts a MariaDB whose user and database are shop.
func mariadb(t *testing.T) (addr string) {
	t.Helper()
	dir, attr := asUser(t, "mysql")
	data := filepath.Join(dir, "data")
	runServer(t, dir, attr, "", server(t, "mariadb-install-db"), "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	start := filepath.Join(dir, "start.sql")
	if err := os.WriteFile(start, fmt.Appendf(nil, "CREATE DATABASE shop;\nCREATE USER shop@'%%' IDENTIFIED BY '%s';\nGRANT ALL ON shop.* TO shop@'%%';\n", secret), 0o644); err != nil {
		t.Fatal(err)
	}
	addr = freeAddr(t)
	host, port, _ := strings.Cut(addr, ":")
	runServer(t, dir, attr, addr, server(t, "mariadbd", "/usr/sbin"), "--no-defaults", "--datadir="+data, "--bind-address="+host, "--port="+port,
		"--socket="+filepath.Join(dir, "sock"), "--init-file="+start, "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0")
	return addr
}
