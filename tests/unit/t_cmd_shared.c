#include "cmd/shared.h"

#include <stdlib.h>

#include "os/file.h"
#include "test.h"

#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HELLO "echo '{\"ID\":0,\"KnownCommands\":[\"get\",\"put\",\"close\"]}';"
#define ASKED "read request;"

// Programs that do it wrong cost what they would have shared, and nothing else; in time.
TEST(test_get)
{
	static const struct {
		const char *what, *script;
		bool there;
	} rows[] = {
		{"is not there", NULL, false},
		{"says nothing", "exit 0", false},
		{"says no JSON", "echo hello; cat >/dev/null", false},
		{"gets nothing", "echo '{\"ID\":0,\"KnownCommands\":[\"put\"]}'; cat >/dev/null",
			false},
		{"ends before it is asked", HELLO "exit 0", false},
		{"ends when it is asked", HELLO ASKED "exit 1", false},
		{"has none", HELLO ASKED "echo '{\"ID\":1,\"Miss\":true}'; cat >/dev/null", false},
		{"has an error", HELLO ASKED "echo '{\"ID\":1,\"Err\":\"no\"}'; cat >/dev/null",
			false},
		{"names no file that is there",
			HELLO ASKED
			"echo '{\"ID\":1,\"OutputID\":\"\",\"DiskPath\":\"/nowhere\"}'; cat "
			">/dev/null",
			false},
		{"names another file",
			HELLO ASKED
			"echo '{\"ID\":1,\"OutputID\":\"AAAA\",\"DiskPath\":\"/etc/passwd\"}'; "
			"cat >/dev/null",
			false},
		// The output's id is the digest of an empty file.
		{"has it, and answers something else before",
			HELLO ASKED "echo '{\"ID\":7}'; echo "
				    "'{\"ID\":1,\"OutputID\":\"47DEQpj8HBSa+/"
				    "TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\",\"DiskPath\":\"/dev/"
				    "null\"}'; cat >/dev/null",
			true},
	};

	for (isize i = 0; i < countof(rows); i++) {
		Arena a = {0};
		Shared s = {.arena = &a};
		Str path = path_join(&a, test_dir(), S("00/" DIGEST "-d"));

		test_row = rows[i].what;
		unsetenv("GOCACHEPROG");
		if (rows[i].script) {
			Diags d = {.arena = &a};
			Str script = path_join(&a, test_dir(), S("a program"));
			CHECK(file_write_atomic(script,
				str_format(&a, "#!/bin/sh\n%s\n", rows[i].script), 0700, &d));
			setenv("GOCACHEPROG",
				str_cstr(&a, str_format(&a, "'%.*s' word", STR_ARG(script))), 1);
		}
		CHECK(shared_get(&s, path) == rows[i].there);
		shared_put(&s, path); // whatever has happened
		shared_close(&s);
		CHECK(file_exists(path) == rows[i].there);
		arena_free(&a);
	}
	unsetenv("GOCACHEPROG");
}

// What is put, as go puts it.
TEST(test_put)
{
	Arena a = {0};
	Diags d = {.arena = &a};
	Shared s = {.arena = &a};
	Str dir = test_dir(), path = path_join(&a, dir, S(DIGEST "-d")), said;
	Str script = path_join(&a, dir, S("program")), out = path_join(&a, dir, S("said"));

	CHECK(file_write_atomic(path, S("text"), 0600, &d));
	CHECK(file_write_atomic(script,
		str_format(&a,
			"#!/bin/sh\n" HELLO ASKED "read body; echo \"$request\" >'%.*s'\n"
			"echo \"$body\" >>'%.*s'; echo '{\"ID\":1}'; read request; echo "
			"\"$request\" >>'%.*s'\n",
			STR_ARG(out), STR_ARG(out), STR_ARG(out)),
		0700, &d));
	setenv("GOCACHEPROG", str_cstr(&a, script), 1);
	shared_put(&s, path);
	shared_close(&s);
	unsetenv("GOCACHEPROG");
	CHECK(file_read(&a, out, &said, &d));
	CHECK_STR(said, S("{\"ID\":1,\"Command\":\"put\","
			  "\"ActionID\":\"ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=\","
			  "\"OutputID\":\"mC2ePrmW9VnmM/TRlN7zdh2Qn1o7ZH0ahR/q1nwyydE=\","
			  "\"BodySize\":4}\n\"dGV4dA==\"\n{\"ID\":2,\"Command\":\"close\"}\n"));
	arena_free(&a);
}

SUITE(cmd_shared, RUN(test_get), RUN(test_put));
