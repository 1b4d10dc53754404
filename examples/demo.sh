#!/bin/sh
# demo.sh - build examples/greet with build/otel, run its two services, ask for
# some greetings, and show the traces. Nothing is left behind.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
running=

cleanup() {
	trap - EXIT INT TERM
	for pid in $running; do
		kill "$pid" 2>/dev/null || true
	done
	wait 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() {
	printf '\n== %s\n' "$*"
}

# fail MESSAGE [LOG] - end with a message, and what a program has said.
fail() {
	echo "demo: $1" >&2
	[ -z "${2-}" ] || sed 's/^/    /' "$2" >&2
	exit 1
}

# start NAME COMMAND... - run a command in the background, and wait until it says
# where it listens. Sets pid and addr.
start() {
	name=$1
	shift
	: >"$tmp/$name.log" # it is looked into before the command may have begun
	"$@" >"$tmp/$name.out" 2>"$tmp/$name.log" &
	pid=$!
	running="$running $pid"
	tries=0
	while addr=$(sed -n 's/.*listening on //p' "$tmp/$name.log") && [ -z "$addr" ]; do
		kill -0 "$pid" 2>/dev/null || fail "$name has ended:" "$tmp/$name.log"
		tries=$((tries + 1))
		[ $tries -lt 200 ] || fail "$name does not say where it listens:" "$tmp/$name.log"
		sleep 0.05
	done
}

# stop PID - end a program as a process manager does, and wait for it.
stop() {
	kill "$1"
	wait "$1" 2>/dev/null || true
}

unset OTEL_SDK_DISABLED OTEL_TRACES_EXPORTER OTEL_TRACES_SAMPLER OTEL_PROPAGATORS OTEL_RESOURCE_ATTRIBUTES \
	OTEL_EXPORTER_OTLP_PROTOCOL OTEL_EXPORTER_OTLP_TRACES_PROTOCOL OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
export GOFLAGS="${GOFLAGS-} -buildvcs=false" # go asks git, which refuses a clone that someone else owns
[ -x "$root/build/otel" ] || fail "no build/otel here: run make first"

say "otel go build ./...     (two services, no OpenTelemetry in their code)"
cd "$root/examples/greet"
"$root/build/otel" go build -o "$tmp/" ./...
(cd "$root/go/runtime" && GOWORK=off go build -o "$tmp/traceview" ./cmd/traceview)
(cd "$root/examples/get" && GOWORK=off go build -o "$tmp/get" .)

say "run them, and ask for some greetings"
start traceview "$tmp/traceview" -listen 127.0.0.1:0
viewer=$pid
export OTEL_EXPORTER_OTLP_ENDPOINT="http://$addr"
start phrases env OTEL_SERVICE_NAME=phrases "$tmp/phrases" -addr 127.0.0.1:0
phrases=$pid phrases_addr=$addr
start greet env OTEL_SERVICE_NAME=greet "$tmp/greet" -addr 127.0.0.1:0 -phrases "http://$phrases_addr"
greet=$pid
"$tmp/get" "http://$addr/greet" "http://$addr/greet?name=Ada&lang=fr" "http://$addr/greet?name=Bob&lang=tlh"
stop "$greet" # its last spans are sent as it ends
stop "$phrases"
stop "$viewer"
grep -q '2 services' "$tmp/traceview.out" || fail "no trace across both services came out:" "$tmp/traceview.out"

say "the same, sent to a Jaeger on this machine (its OTLP port, 4317, is the default)"
cat <<'END'
cd examples/greet && ../../build/otel go build -o /tmp/ ./...
OTEL_SERVICE_NAME=phrases /tmp/phrases &
OTEL_SERVICE_NAME=greet OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317 /tmp/greet &
curl 'localhost:8080/greet?name=Ada&lang=fr'        then look at http://localhost:16686
END

say "the traces"
cat "$tmp/traceview.out"
