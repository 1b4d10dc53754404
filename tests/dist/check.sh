#!/bin/sh
# check.sh [arm64] - make the release here and in another folder: byte for byte the same,
# static, and what is in it works; that for arm64 under qemu. Prints TAP.
set -eu
target=dist
emulator=
if [ "${1-}" = arm64 ]; then
	target=dist-arm64
	emulator=$(command -v qemu-aarch64-static)
fi
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
failed=0

# check NAME COMMAND... - one test.
check() {
	name=$1
	shift
	n=$((n + 1))
	if "$@" >"$work/log" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$work/log"
		failed=1
	fi
}

rm -rf build/dist
make -s $target >/dev/null
mkdir "$work/another folder"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/another folder"
(cd "$work/another folder" && make -s $target >/dev/null)
check "the same bytes from two folders" diff build/dist/SHA256SUMS "$work/another folder/build/dist/SHA256SUMS"
check "checksums" sh -c 'cd build/dist && sha256sum -c SHA256SUMS'

tar -xzf build/dist/otel-*-linux-*.tar.gz -C "$work"
root=$(echo "$work"/otel-*-linux-*)
check "static" sh -c '! readelf -l "$1/bin/otel" | grep -q INTERP' sh "$root"
check "no newer libc is asked for" sh -c '! readelf -V "$1/bin/otel" | grep -q GLIBC_' sh "$root"
check "runs with nothing around it" env -i $emulator "$root/bin/otel" version
check "it has its modules" sh -c '$2 "$1/bin/otel" version | grep -q "(bundle $(cut -c1-12 build/bundle.sha256))"' sh "$root" "$emulator"
check "man page" sh -c 'gzip -dc "$1/share/man/man1/otel.1.gz" | grep -q "otel explain"' sh "$root"
check "bash completion" bash -n "$root/share/bash-completion/completions/otel"
check "SBOM is JSON" go run tests/dist/json.go build/dist/otel-linux-*.spdx.json
if command -v dpkg-deb >/dev/null; then
	check "Debian package" sh -c 'dpkg-deb -x build/dist/otel_*.deb "$1/deb" && cmp "$1/deb/usr/bin/otel" "$2/bin/otel"' sh "$work" "$root"
fi
all=$(find "$root" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
bundle=$(stat -c %s build/bundle.tar)
echo "# unpacked $all bytes: $bundle of them Go modules, $((all - bundle)) all else"
check "under 6 MB unpacked without the modules" test $((all - bundle)) -lt 6000000
echo "1..$n"
exit $failed
