#!/usr/bin/env bash
# How long from nothing to the first token, and how much memory an idle server takes. Prints numbers and judges none.
# bench/start.sh [seconds of idling, default 30]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
idle=${1:-30}
port=${PORT:-5960}
work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -rf "$work"' EXIT

dotnet build Identity.Server -c Release --verbosity quiet >"$work/build.log" || { cat "$work/build.log"; exit 1; }
identity=$PWD/artifacts/bin/Identity.Server/release/identity

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

token() {
  curl -sf -o /dev/null -u demo:demo-secret-for-development-only -d grant_type=client_credentials "http://127.0.0.1:$port/connect/token"
}

start() {
  local began
  began=$(milliseconds)
  (cd "$work" && exec "$identity" --environment=Development "--urls=http://127.0.0.1:$port") >"$work/log" 2>&1 &
  server=$!
  until token; do
    kill -0 "$server" 2>/dev/null || { cat "$work/log"; exit 1; }
    sleep 0.01
  done
  echo "$1: $(($(milliseconds) - began)) ms from start to first token"
}

start "first start (empty folder: migration, keys)"
kill -TERM "$server" && wait "$server"
start "second start"
sleep "$idle"
awk '/^(VmRSS|RssAnon|RssFile)/ { printf "after '"$idle"' s idle: %s %.1f MB\n", $1, $2 / 1024 }' "/proc/$server/status"
kill -TERM "$server" && wait "$server"
server=""
