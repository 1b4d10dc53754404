#include "os/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/proc.h"

typedef union {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
} Address;

static bool is_numeric(Arena *a, Str host)
{
	struct in6_addr any;
	const char *text = str_cstr(a, host);

	return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

bool net_addresses(Arena *a, Str host, StrList *out, Diags *d)
{
	StrList argv = {.arena = a};
	ProcSpec spec = {.argv = &argv, .capture_out = true, .capture_err = true};
	ProcResult res;

	if (is_numeric(a, host)) {
		strlist_add(out, host);
		return true;
	}
	strlist_add(&argv, S("getent"));
	strlist_add(&argv, S("ahosts"));
	strlist_add(&argv, host);
	if (!proc_run(a, &spec, &res, d))
		return false;
	while (res.out.len > 0) {
		Str line = str_cut(&res.out, '\n'), address = str_cut(&line, ' ');
		if (is_numeric(a, address) && !strlist_has(out, address))
			strlist_add(out, address);
	}
	return out->n > 0 || diag_fault(d, "no address for the name '%.*s'", STR_ARG(host));
}

static int port_number(Str port)
{
	int n = 0;

	for (isize i = 0; i < port.len && n <= UINT16_MAX; i++)
		n = port.p[i] >= '0' && port.p[i] <= '9' ? n * 10 + (port.p[i] - '0')
							 : UINT16_MAX + 1;
	return n <= UINT16_MAX ? n : 0;
}

// make_address fills in out from a numeric address, and returns its size; 0 if it is none.
static socklen_t make_address(Arena *a, Str host, Str port, Address *out)
{
	uint16_t number = htons((uint16_t)port_number(port));

	*out = (Address){0};
	if (inet_pton(AF_INET, str_cstr(a, host), &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = number;
		return sizeof(out->v4);
	}
	if (inet_pton(AF_INET6, str_cstr(a, host), &out->v6.sin6_addr) == 1) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = number;
		return sizeof(out->v6);
	}
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// wait_for waits until the socket is ready. False at the end of the time.
static bool wait_for(int fd, short events, int64_t until)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = until - now_ms();
		int n = poll(&p, 1, left > 0 ? (int)left : 0);
		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR) {
			errno = ETIMEDOUT;
			return false;
		}
	}
}

// connect_to returns a connected socket, or -1 and errno.
static int connect_to(const Address *to, socklen_t size, int64_t until)
{
	int fd = socket(to->any.sa_family, SOCK_STREAM, 0), err = 0;
	socklen_t len = sizeof(err);

	if (fd < 0)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, &to->any, size) == 0)
		return fd;
	err = errno;
	if (err == EINPROGRESS) {
		err = ETIMEDOUT;
		if (wait_for(fd, POLLOUT, until) &&
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0)
			err = errno;
	}
	if (err == 0)
		return fd;
	close(fd);
	errno = err;
	return -1;
}

static int connect_local(Str path, int64_t until)
{
	Address to = {.local = {.sun_family = AF_UNIX}};

	if (path.len >= (isize)sizeof(to.local.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to.local.sun_path, path.p, (size_t)path.len);
	return connect_to(&to, sizeof(to.local), until);
}

static bool open_connection(Arena *a, const NetAddress *to, int64_t until, int *fd, Diags *d)
{
	StrList hosts = {.arena = a};

	if (to->path.len > 0) {
		*fd = connect_local(to->path, until);
		return *fd >= 0 || diag_fault(d, "cannot connect to '%.*s': %s", STR_ARG(to->path),
					   strerror(errno));
	}
	if (!net_addresses(a, to->host, &hosts, d))
		return false;
	for (isize i = 0; i < hosts.n; i++) {
		Address address;
		socklen_t size = make_address(a, hosts.v[i], to->port, &address);
		*fd = connect_to(&address, size, until);
		if (*fd >= 0)
			return true;
	}
	return diag_fault(d, "cannot connect to %.*s port %.*s: %s", STR_ARG(to->host),
		STR_ARG(to->port), strerror(errno));
}

static bool send_all(int fd, Str text, int64_t until)
{
	while (text.len > 0) {
		ssize_t n = send(fd, text.p, (size_t)text.len, MSG_NOSIGNAL);
		if (n < 0 && (errno != EAGAIN || !wait_for(fd, POLLOUT, until)))
			return false;
		if (n > 0)
			text = str_slice(text, n, text.len);
	}
	return true;
}

static void receive(int fd, bool (*done)(Str answer), int64_t until, StrBuf *b)
{
	enum { CHUNK = 4096, MOST = 64 * CHUNK };

	while (b->len < MOST && !done(buf_str(b)) && wait_for(fd, POLLIN, until)) {
		ssize_t n = recv(fd, buf_space(b, CHUNK), CHUNK, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return;
		b->len += n > 0 ? n : 0;
	}
}

bool net_ask(Arena *a, const NetAddress *to, const NetQuestion *q, Str *answer, Diags *d)
{
	int64_t until = now_ms() + q->timeout_ms;
	StrBuf b = {.arena = a};
	int fd = -1;

	if (!open_connection(a, to, until, &fd, d))
		return false;
	if (send_all(fd, q->text, until))
		receive(fd, q->done, until, &b);
	close(fd);
	*answer = buf_str(&b);
	return true;
}
