#include <signal.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/file.h"
#include "os/lock.h"
#include "os/proc.h"
#include "test.h"

// shell makes the argv of a small script.
static StrList shell(Arena *a, const char *script)
{
	StrList argv = {.arena = a};

	strlist_add(&argv, S("sh"));
	strlist_add(&argv, S("-c"));
	strlist_add(&argv, str_from(script));
	return argv;
}

TEST(test_status_and_output)
{
	static const struct {
		const char *script;
		int status;
		const char *out, *err;
	} rows[] = {
		{"true", 0, "", ""},
		{"echo a; echo b >&2; exit 3", 3, "a\n", "b\n"},
		{"kill -9 $$", 128 + 9, "", ""},
		{"kill -TERM $$", 128 + 15, "", ""},
		// More than a pipe holds, on both, err first.
		{"head -c 200000 /dev/zero >&2; head -c 200000 /dev/zero | tr '\\0' x | wc -c", 0,
			"200000\n", NULL},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		StrList argv = shell(&a, rows[i].script);
		ProcSpec spec = {.argv = &argv, .capture_out = true, .capture_err = true};
		ProcResult res;
		test_row = rows[i].script;
		CHECK(proc_run(&a, &spec, &res, &d));
		CHECK(res.status == rows[i].status);
		CHECK_STR(res.out, str_from(rows[i].out));
		if (rows[i].err)
			CHECK_STR(res.err, str_from(rows[i].err));
		arena_free(&a);
	}
}

TEST(test_env_and_dir)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	StrList argv = shell(&a, "echo $A ${B-unset} ${HOME-unset}; pwd"), env = {.arena = &a};
	ProcSpec spec = {.argv = &argv, .env = &env, .dir = S("/"), .capture_out = true};
	ProcResult res;

	strlist_add(&env, S("A=1"));
	strlist_add(&env, S("B=1"));
	strlist_add(&env, S("HOME"));
	strlist_add(&env, S("A=2"));
	strlist_add(&env, S("B"));
	CHECK(proc_run(&a, &spec, &res, &d));
	CHECK_STR(res.out, S("2 unset unset\n/\n"));
	arena_free(&a);
}

TEST(test_cannot_run)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	StrList argv = {.arena = &a};
	ProcSpec spec = {.argv = &argv, .capture_out = true, .foreground = false};
	ProcResult res;

	strlist_add(&argv, S("/nowhere/go"));
	CHECK(!proc_run(&a, &spec, &res, &d));
	spec = (ProcSpec){.argv = &argv, .foreground = true};
	CHECK(!proc_run(&a, &spec, &res, &d));
	CHECK(!proc_exec(&argv, NULL, &d));
	argv.v[0] = S("true");
	CHECK(!proc_run(&a, &(ProcSpec){.argv = &argv, .dir = S("/nowhere")}, &res, &d));
	CHECK_STR(test_diags(&a, &d),
		S("error: cannot run '/nowhere/go': No such file or directory\n"
		  "error: cannot run '/nowhere/go': No such file or directory\n"
		  "error: cannot run '/nowhere/go': No such file or directory\n"
		  "error: cannot run 'true' in '/nowhere': No such file or directory"));
	arena_free(&a);
}

// Two at once, waited for in the other order.
TEST(test_two)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	StrList first = shell(&a, "head -c 200000 /dev/zero"), second = shell(&a, "echo b");
	Proc p, q;
	ProcResult res;

	CHECK(proc_start(&(ProcSpec){.argv = &first, .capture_out = true}, &p, &d));
	CHECK(proc_start(&(ProcSpec){.argv = &second, .capture_out = true}, &q, &d));
	proc_wait(&a, &q, &res);
	CHECK_STR(res.out, S("b\n"));
	proc_wait(&a, &p, &res);
	CHECK(res.out.len == 200000 && res.status == 0);
	arena_free(&a);
}

// What is written to the child's standard input comes to it, and ends where we wait.
TEST(test_give_in)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	StrList argv = shell(&a, "wc -c");
	Proc p;
	ProcResult res;

	CHECK(proc_start(&(ProcSpec){.argv = &argv, .give_in = true, .capture_out = true}, &p, &d));
	CHECK(write(p.in, "12345", 5) == 5);
	proc_wait(&a, &p, &res);
	CHECK_STR(res.out, S("5\n"));
	arena_free(&a);
}

// A signal to us, who wait, ends the child in its own way, and us with its status.
TEST(test_foreground)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	StrList argv =
		shell(&a, "trap 'exit 7' TERM; kill -TERM $PPID; while :; do sleep 0.01; done");
	sigset_t before, after;
	ProcResult res;

	sigprocmask(SIG_BLOCK, NULL, &before);
	CHECK(proc_run(&a, &(ProcSpec){.argv = &argv, .foreground = true}, &res, &d));
	CHECK(res.status == 7);
	sigprocmask(SIG_BLOCK, NULL, &after);
	CHECK(sigismember(&before, SIGTERM) == sigismember(&after, SIGTERM));
	arena_free(&a);
}

// While we hold the lock, another process waits for it.
TEST(test_lock)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Str path = path_join(&a, test_dir(), S("lock"));
	StrList argv = {.arena = &a};
	ProcResult res;
	Lock lock;

	strlist_add(&argv, S("flock"));
	strlist_add(&argv, S("--nonblock"));
	strlist_add(&argv, path);
	strlist_add(&argv, S("true"));
	CHECK(lock_take(&lock, path, &d));
	CHECK(proc_run(&a, &(ProcSpec){.argv = &argv}, &res, &d) && res.status == 1);
	lock_drop(&lock);
	CHECK(proc_run(&a, &(ProcSpec){.argv = &argv}, &res, &d) && res.status == 0);
	CHECK(!lock_take(&lock, S("/nowhere/lock"), &d));
	CHECK_STR(test_diags(&a, &d),
		S("error: cannot open '/nowhere/lock': No such file or directory"));
	arena_free(&a);
}

static void add_piece(void *to, Str piece)
{
	buf_add(to, piece);
}

// Of a foreground child standard error comes in pieces, while standard output is captured.
TEST(test_relay)
{
	static const struct {
		const char *script;
		int status;
		const char *out, *err;
	} rows[] = {
		{"true", 0, "", ""},
		{"echo a; echo b >&2; exit 3", 3, "a\n", "b\n"},
		{"exec 2>&-; sleep 0.3; echo late", 0, "late\n", ""},
		{"head -c 200000 /dev/zero | tr '\\0' x | tee /dev/stderr | wc -c", 0, "200000\n",
			NULL},
		{"head -c 200000 /dev/zero | tr '\\0' x >&2; echo a", 0, "a\n", NULL},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Diags d = {.arena = &a};
		StrBuf err = {.arena = &a};
		StrList argv = shell(&a, rows[i].script);
		ProcSpec spec = {.argv = &argv,
			.foreground = true,
			.capture_out = true,
			.on_err = add_piece,
			.to = &err};
		ProcResult res;
		test_row = rows[i].script;
		CHECK(proc_run(&a, &spec, &res, &d));
		CHECK(res.status == rows[i].status);
		CHECK_STR(res.out, str_from(rows[i].out));
		if (rows[i].err)
			CHECK_STR(buf_str(&err), str_from(rows[i].err));
		else
			CHECK(err.len == 200000);
		arena_free(&a);
	}
}

SUITE(os_proc, RUN(test_status_and_output), RUN(test_env_and_dir), RUN(test_cannot_run),
	RUN(test_two), RUN(test_give_in), RUN(test_foreground), RUN(test_lock), RUN(test_relay));
