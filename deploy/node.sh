#!/bin/sh
# deploy/node.sh PROGRAM [ARGUMENTS]: runs a program with a Node that runs TypeScript as it is: the machine's own, or,
# where that is too old, the one that deploy/node/package-lock.json pins, fetched once through npm.
# It replaces itself by that Node, so npm and the terminal signal the program itself.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
lock=$root/deploy/node/package-lock.json

fetch_node() {
  echo "Node 22.18 or 24 is needed, this machine has $version: fetching one from the npm registry" >&2
  partial=$root/.node/partial.$$
  trap 'rm -rf "$partial"; exit 1' HUP INT TERM
  mkdir -p "$partial" "$bin"
  cp "$root/deploy/node/package.json" "$lock" "$partial"
  npm ci --prefix "$partial" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null &&
    # Renamed at last: what is killed, or runs twice at the same time, leaves a whole Node or none.
    mv "$partial"/node_modules/node-*/bin/node "$bin/node" 2>/dev/null || {
    rm -rf "$partial"
    echo "It could not be fetched for $(uname -sm). Install Node 24 from nodejs.org, or with \"nvm install 24\"." >&2
    exit 1
  }
  rm -rf "$partial"
  trap - HUP INT TERM
}

version=$(node --version || echo none)
case $version in
  v22.1[89].* | v22.[2-9][0-9].* | v2[4-9].* | v[3-9][0-9].*) ;;
  *)
    bin=$root/.node/$(cksum <"$lock" | tr ' ' -)/bin
    [ -x "$bin/node" ] || fetch_node
    export PATH="$bin:$PATH"
    ;;
esac

# What Node makes of the sources is kept for the next process: a command starts in half the time.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$root/.node/compiled}"
exec node "$@"
