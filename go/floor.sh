#!/bin/sh
# floor.sh - test the runtime with other versions of OpenTelemetry than ours, which programs that
# have them keep: the oldest that each signal works with, the last before records of logs got the
# values of package attribute and the first after, and the newest.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
here=$(realpath "$(dirname "$0")")
export GOFLAGS=-mod=mod

logs="logs internal/logvalue internal/otlp/otlplog"
metrics="metrics hook/hooktest hook/redisconv/redisconv_test.go internal/followmeter internal/metrictext internal/points internal/prometheus internal/otlp/otlpmetric"

# try VERSION LOG [PACKAGE...] - with that version, and that of log ("" without it), those packages, or all
try() {
	version=$1 log=$2
	shift 2
	cd "$tmp/$version"
	for m in go.opentelemetry.io/otel/log go.opentelemetry.io/otel/sdk/log; do
		go mod edit -droprequire=$m ${log:+-require=$m@$log}
	done
	go mod edit -droprequire=go.opentelemetry.io/auto/sdk
	[ -d metrics ] || go mod edit -droprequire=go.opentelemetry.io/otel/sdk/metric
	sed -i "/otel\(\/sdk\)*\/log /!s,\(go.opentelemetry.io/otel[a-z/]* \)v[0-9.]*,\1$version," go.mod
	# What receives is not linked into programs; its tests have a newer SDK's helpers.
	go build ./...
	go list -m go.opentelemetry.io/otel/sdk ${log:+go.opentelemetry.io/otel/sdk/log}
	[ $# -gt 0 ] || set -- $(go list ./... | grep -v -e /receive -e /exit)
	go test -ldflags=-checklinkname=0 "$@"
	cd - >/dev/null
}

# copy VERSION PACKAGES... - the runtime without those packages
copy() {
	cp -r "$here/runtime" "$tmp/$1"
	cd "$tmp/$1"
	shift
	rm -rf internal/otlp/conformance "$@"
	cd - >/dev/null
}

# later VERSION - the runtime as the plan has it compiled with a later log
later() {
	copy "$1"
	mv "$tmp/$1/internal/logvalue/attribute/"*.go "$tmp/$1/internal/logvalue"
	rm -r "$tmp/$1/internal/logvalue/attribute"
}

copy v1.21.0 $logs $metrics
try v1.21.0 ""
copy v1.28.0 $logs
try v1.28.0 ""
copy v1.44.0
try v1.44.0 v0.20.0 ./logs ./internal/logvalue ./internal/otlp/...
later v1.45.0
try v1.45.0 v0.21.0 ./logs ./internal/logvalue ./internal/otlp/...
later v1.47.0
try v1.47.0 v1.47.0
