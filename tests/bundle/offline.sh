#!/bin/sh
# offline.sh BUNDLE.tar - what is in the bundle is enough: a program with our
# runtime and all hook packages compiles with an empty module cache and no network,
# in a workspace like the one that otel makes, for users of any language version.
set -eu
tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
mkdir "$tmp/app"
tar -xf "$1" -C "$tmp"

# The hooks of libraries need those.
mods=$(cd "$tmp" && find go -name go.mod -printf '%h\n' | grep -v '^go/hooks/[^/]*[.]' | sort)
export GOWORK="$tmp/go.work" GOFLAGS=-modcacherw GOTOOLCHAIN=local
export GOMODCACHE="$tmp/modcache" GOPROXY="file://$tmp/proxy,off"
unset GONOSUMDB GONOPROXY GOPRIVATE GOINSECURE GOSUMDB
{
	echo 'go 1.24.0'
	for m in $mods app; do echo "use ./$m"; done
} >"$GOWORK"
cp "$tmp/go.work.sum" "$tmp/go.work.sum.before"

# import MODULE - the line that imports its package, or one below it where it has none itself.
import() {
	path=$(sed -n 's/^module //p' "$1/go.mod")
	ls "$1"/*.go >/dev/null 2>&1 || path="$path/$(cd "$1" && ls -d */ | head -1 | tr -d /)"
	echo "import _ \"$path\""
}
{
	echo 'package main'
	for m in $mods; do import "$tmp/$m"; done
	echo 'func main() {}'
} >"$tmp/app/main.go"

failed=0
for version in 1.16 1.21 1.24; do
	printf 'module app\ngo %s\n' "$version" >"$tmp/app/go.mod"
	if (cd "$tmp/app" && go build -ldflags=-checklinkname=0 -o app . && cmp ../go.work.sum ../go.work.sum.before); then
		echo "ok 1 go $version"
	else
		echo "not ok 1 go $version"
		failed=1
	fi
done
exit $failed
