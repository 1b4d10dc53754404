#include "os/file.h"
#include "plan/cache.h"
#include "plan/ready.h"
#include "test.h"

TEST(test_found)
{
	Arena a = {0};
	Str path = path_join(&a, test_dir(), S("memo/digest.ready"));
	Ready r;

	CHECK(!ready_read(&a, path, &r));
	CHECK(!ready_read(&a, S(""), &r));
	cache_keep(&a, path, S("1764360000000000001\nnet/http=/c/1-d\nlog=/c/2=3-d\n"));
	CHECK(ready_read(&a, path, &r));
	CHECK(r.asked_ns == 1764360000000000001);
	CHECK_STR(ready_find(&r, S("net/http")), S("/c/1-d"));
	CHECK_STR(ready_find(&r, S("log")), S("/c/2=3-d"));
	CHECK_STR(ready_find(&r, S("net")), S(""));
	CHECK_STR(ready_find(&r, S("log/slog")), S(""));
	arena_free(&a);
}

// A list that is not what was written is none.
TEST(test_damaged)
{
	Arena a = {0};
	Diags none = {.arena = &a};
	Str path = path_join(&a, test_dir(), S("digest.ready")), text;
	Ready r;

	cache_keep(&a, path, S("1764360000000000001\nlog=/c/1-d\n"));
	CHECK(file_read(&a, path, &text, &none));
	for (isize n = 0; n < text.len; n++) {
		CHECK(file_write_atomic(path, str_slice(text, 0, n), 0600, &none));
		CHECK(!ready_read(&a, path, &r));
	}
	arena_free(&a);
}

SUITE(plan_ready, RUN(test_found), RUN(test_damaged));
