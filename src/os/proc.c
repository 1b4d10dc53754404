#include "os/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/file.h"

extern char **environ;

enum { PIECE = 1 << 14 }; // bytes to read from a pipe at once

// c_strings returns the list as execvp wants it.
static char **c_strings(Arena *a, const StrList *l)
{
	char **v = arena_array(a, char *, l->n + 1);

	for (isize i = 0; i < l->n; i++) {
		v[i] = arena_array(a, char, l->v[i].len + 1);
		memcpy(v[i], l->v[i].p, (size_t)l->v[i].len);
	}
	return v;
}

static Str name_of(Str entry)
{
	return str_cut(&entry, '=');
}

// changed reports whether a later entry of l is for the same variable.
static bool changed(const StrList *l, isize from, Str entry)
{
	for (isize i = from; i < l->n; i++) {
		if (str_eq(name_of(l->v[i]), name_of(entry)))
			return true;
	}
	return false;
}

// child_env returns our environment with the changes made.
static char **child_env(Arena *a, const StrList *changes)
{
	StrList env = {.arena = a};

	if (!changes || changes->n == 0)
		return environ;
	for (char **e = environ; *e; e++) {
		if (!changed(changes, 0, str_from(*e)))
			strlist_add(&env, str_from(*e));
	}
	for (isize i = 0; i < changes->n; i++) {
		Str entry = changes->v[i];
		if (str_find(entry, S("=")) >= 0 && !changed(changes, i + 1, entry))
			strlist_add(&env, entry);
	}
	return c_strings(a, &env);
}

// passed_on returns the signals that a foreground child gets in our place.
static sigset_t passed_on(void)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, SIGINT);
	sigaddset(&s, SIGQUIT);
	sigaddset(&s, SIGTERM);
	sigaddset(&s, SIGHUP);
	return s;
}

// open_pipe makes fd[0] for us to read and fd[1] for the child, both closed in
// any program that is started.
static bool open_pipe(int fd[2])
{
	if (pipe(fd) != 0)
		return false;
	fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	return true;
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

// hold_signals blocks what wait_foreground waits for, and returns the mask as it was.
static sigset_t hold_signals(void)
{
	sigset_t old;
	sigset_t held = passed_on();

	sigaddset(&held, SIGCHLD);
	sigprocmask(SIG_BLOCK, &held, &old);
	return old;
}

// spawn starts the program with child_fd as standard input, output and error, -1 being
// ours. It returns an error number, or 0.
static int spawn(const ProcSpec *spec, const int child_fd[3], Proc *p)
{
	Arena a = {0};
	CPath dir;
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;
	char **argv = c_strings(&a, spec->argv);

	posix_spawnattr_init(&attr);
	if (spec->foreground) {
		posix_spawnattr_setsigmask(&attr, &p->mask);
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	}
	if (spec->apart)
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP); // 0: its own
	posix_spawn_file_actions_init(&acts);
	if (spec->dir.len > 0)
		posix_spawn_file_actions_addchdir_np(&acts, path_c(&dir, spec->dir));
	for (int i = 0; i < 3; i++) {
		if (child_fd[i] >= 0)
			posix_spawn_file_actions_adddup2(&acts, child_fd[i], i);
	}
	int err = posix_spawnp(&p->pid, argv[0], &acts, &attr, argv, child_env(&a, spec->env));
	posix_spawn_file_actions_destroy(&acts);
	posix_spawnattr_destroy(&attr);
	arena_free(&a);
	return err;
}

bool proc_start(const ProcSpec *spec, Proc *p, Diags *d)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
	int failed = 0;

	ensure(spec->argv->n > 0);
	ensure(!spec->foreground || (!spec->capture_err && (!spec->capture_out || spec->on_err)));
	signal(SIGCHLD, SIG_DFL); // where our parent ignored it, there is no exit status
	*p = (Proc){.foreground = spec->foreground, .on_err = spec->on_err, .to = spec->to};
	bool take_err = spec->capture_err || spec->on_err;
	if (p->foreground)
		p->mask = hold_signals();
	if ((spec->give_in && !open_pipe(in)) || (spec->capture_out && !open_pipe(out)) ||
		(take_err && !open_pipe(err)))
		failed = errno;
	else
		failed = spawn(spec, (int[]){in[0], out[1], err[1]}, p);
	close_if_open(&in[0]);
	close_if_open(&out[1]);
	close_if_open(&err[1]);
	p->in = in[1];
	p->out = out[0];
	p->err = err[0];
	if (failed == 0)
		return true;

	close_if_open(&p->in);
	close_if_open(&p->out);
	close_if_open(&p->err);
	if (p->foreground)
		sigprocmask(SIG_SETMASK, &p->mask, NULL);
	if (spec->dir.len > 0 && !file_is_dir(spec->dir))
		return diag_fault(d, "cannot run '%.*s' in '%.*s': %s", STR_ARG(spec->argv->v[0]),
			STR_ARG(spec->dir), strerror(failed));
	return diag_fault(d, "cannot run '%.*s': %s", STR_ARG(spec->argv->v[0]), strerror(failed));
}

// drain reads one piece from fd into b, and closes fd at its end.
static void drain(int *fd, StrBuf *b)
{
	char *to = buf_space(b, PIECE);
	ssize_t n = read(*fd, to, (size_t)(b->cap - b->len));

	if (n > 0)
		b->len += n;
	else if (n == 0 || errno != EINTR)
		close_if_open(fd);
}

// read_both reads what the child writes, in whatever order, until it closes both.
static void read_both(Proc *p, StrBuf *out, StrBuf *err)
{
	while (p->out >= 0 || p->err >= 0) {
		struct pollfd fds[2] = {
			{.fd = p->out, .events = POLLIN}, {.fd = p->err, .events = POLLIN}};
		if (poll(fds, 2, -1) < 0)
			continue; // interrupted
		if (fds[0].revents)
			drain(&p->out, out);
		if (fds[1].revents)
			drain(&p->err, err);
	}
}

// drain_rest reads what is left of a child that has ended, and closes fd.
static void drain_rest(int *fd, StrBuf *b)
{
	struct pollfd more = {.fd = *fd, .events = POLLIN};

	while (*fd >= 0 && poll(&more, 1, 0) > 0)
		drain(fd, b);
	close_if_open(fd);
}

// wait_foreground waits for the child, and passes on what comes in between.
static int wait_foreground(const Proc *p)
{
	int sig, status;
	sigset_t wanted = passed_on();

	sigaddset(&wanted, SIGCHLD);
	while (waitpid(p->pid, &status, WNOHANG) == 0) {
		if (sigwait(&wanted, &sig) == 0 && sig != SIGCHLD)
			kill(p->pid, sig);
	}
	sigprocmask(SIG_SETMASK, &p->mask, NULL);
	return status;
}

// relay_piece passes on one piece of standard error, or tells that none has come; what is captured
// of standard output is read on the way. False at the end of standard error.
static bool relay_piece(Proc *p, int timeout_ms, StrBuf *out)
{
	struct pollfd fds[2] = {{.fd = p->err, .events = POLLIN}, {.fd = p->out, .events = POLLIN}};
	char piece[PIECE];

	if (poll(fds, 2, timeout_ms) <= 0) {
		p->on_err(p->to, S(""));
		return timeout_ms > 0;
	}
	if (fds[1].revents)
		drain(&p->out, out);
	if (!fds[0].revents)
		return true;
	ssize_t n = read(p->err, piece, sizeof(piece));
	if (n > 0)
		p->on_err(p->to, (Str){piece, n});
	return n > 0;
}

// wait_relaying is wait_foreground with on_err. A grandchild may keep the pipe open: what
// is in it when the child has ended is the end.
static int wait_relaying(Proc *p, StrBuf *out)
{
	enum { TICK_MS = 200 };
	const struct timespec now = {0};
	sigset_t wanted = passed_on();
	bool open = true;
	int sig, status;

	sigaddset(&wanted, SIGCHLD);
	while (waitpid(p->pid, &status, WNOHANG) == 0) {
		if (open)
			open = relay_piece(p, TICK_MS, out);
		sig = open ? sigtimedwait(&wanted, NULL, &now) : sigwaitinfo(&wanted, NULL);
		if (sig > 0 && sig != SIGCHLD)
			kill(p->pid, sig);
	}
	while (open)
		open = relay_piece(p, 0, out);
	close_if_open(&p->err);
	drain_rest(&p->out, out);
	sigprocmask(SIG_SETMASK, &p->mask, NULL);
	return status;
}

static int wait_plain(const Proc *p)
{
	int status;

	while (waitpid(p->pid, &status, 0) < 0)
		ensure(errno == EINTR);
	return status;
}

void proc_wait(Arena *a, Proc *p, ProcResult *out)
{
	StrBuf text = {.arena = a}, words = {.arena = a};

	close_if_open(&p->in);
	if (!p->on_err)
		read_both(p, &text, &words);
	int status = p->on_err       ? wait_relaying(p, &text)
		     : p->foreground ? wait_foreground(p)
				     : wait_plain(p);
	*out = (ProcResult){
		.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
		.out = buf_str(&text),
		.err = buf_str(&words),
	};
}

bool proc_run(Arena *a, const ProcSpec *spec, ProcResult *out, Diags *d)
{
	Proc p;

	if (!proc_start(spec, &p, d))
		return false;
	proc_wait(a, &p, out);
	return true;
}

bool proc_exec(const StrList *argv, const StrList *env, Diags *d)
{
	Arena a = {0};
	char **v = c_strings(&a, argv), **ours = environ;

	ensure(argv->n > 0);
	environ = child_env(&a, env);
	execvp(v[0], v);
	diag_fault(d, "cannot run '%s': %s", v[0], strerror(errno));
	environ = ours;
	arena_free(&a);
	return false;
}
