#!/bin/sh
# corpus.sh LIST - fill the module cache with the modules of modules.txt, and write
# the names of their .go files to LIST. A module that cannot be had is said, and left out.
set -eu
list=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

go mod init corpus 2>/dev/null
grep -v '^#' "$here/modules.txt" | xargs go mod download -json >modules.json || true
sed -n 's/^\t"Error": "\(.*\)",*$/corpus: \1/p' modules.json >&2
sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p' modules.json | sort >dirs
xargs -a dirs -I{} find {} -type f -name '*.go' | LC_ALL=C sort >"$work/list"
echo "corpus: $(wc -l <dirs) modules, $(wc -l <list) files" >&2
mkdir -p "$(dirname "$list")"
mv "$work/list" "$list"
