#!/usr/bin/env bash
# How long an import takes: 100,000 people with bcrypt hashes, kept as they are, and a sample of MD5 rows, which are wrapped.
# Prints numbers and judges none; no result is noted here yet. bench/import.sh [people, default 100000] [wrapped, default 5000]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
people=${1:-100000}
wrapped=${2:-5000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet build Identity.Server -c Release --verbosity quiet >"$work/build.log" || { cat "$work/build.log"; exit 1; }
identity=$PWD/artifacts/bin/Identity.Server/release/identity

row() {
  awk -v from="$1" -v count="$2" -v hash="$3" 'BEGIN { for (i = from; i < from + count; i++)
    printf "{\"id\":%d,\"username\":\"user%d\",\"email\":\"user%d@example.com\",\"email_verified\":true,\"mobile\":\"1%010d\",\"nickname\":\"昵称%d\",\"sex\":1,\"user_money\":\"0.00\",\"visit_count\":%d,\"last_time\":1527339048,\"last_ip\":\"192.0.2.1\",\"append\":1511169880,%s}\n", i, i, i, 3000000000 + i, i, i % 50, hash }'
}

row 1 "$people" '"password_hash":"$2y$10$rU1kVtHqFpQ7w8yE2Zb4dO.5L9GGZDobRD7B1mMp6ZPBf4iOYTjLm"' >"$work/bcrypt.jsonl"
row $((people + 1)) "$wrapped" '"password_hash":"4e899ab3796b6a5823ae393464350e1c","password_scheme":"md5({salt}{password})","password_salt":"s4lt"' >"$work/md5.jsonl"

import() {
  local began
  began=$(date +%s%N)
  (cd "$work" && "$identity" import --environment=Development --api rageframe "$1" 2>"$work/log") || { cat "$work/log"; exit 1; }
  echo "$2: $((($(date +%s%N) - began) / 1000000)) ms"
}

import bcrypt.jsonl "$people people with bcrypt hashes"
import bcrypt.jsonl "the same again, all there already"
import md5.jsonl "$wrapped people with MD5 hashes, wrapped"
grep wrapping "$work/log"
