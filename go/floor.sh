#!/bin/sh
# floor.sh - test the runtime with the oldest OpenTelemetry that each signal works with:
# a program that has an older one than ours keeps it.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
here=$(dirname "$0")
export GOFLAGS=-mod=mod

logs="logs internal/otlp/otlplog"
metrics="metrics internal/followmeter internal/metrictext internal/points internal/prometheus internal/otlp/otlpmetric"

# floor VERSION PACKAGES... - with that version, and without those packages
floor() {
	version=$1
	shift
	cp -r "$here/runtime" "$tmp/$version"
	cd "$tmp/$version"
	rm -rf internal/otlp/conformance "$@"
	for m in go.opentelemetry.io/auto/sdk go.opentelemetry.io/otel/log go.opentelemetry.io/otel/sdk/log; do
		go mod edit -droprequire=$m
	done
	[ -d metrics ] || go mod edit -droprequire=go.opentelemetry.io/otel/sdk/metric
	sed -i "s,\(go.opentelemetry.io/otel[a-z/]* \)v[0-9.]*,\1$version," go.mod
	# What receives is not linked into programs; its tests have a newer SDK's helpers.
	go build ./...
	go list -m go.opentelemetry.io/otel/sdk
	go test -ldflags=-checklinkname=0 $(go list ./... | grep -v -e /receive -e /exit)
	cd - >/dev/null
}

floor v1.21.0 $logs $metrics
floor v1.28.0 $logs
