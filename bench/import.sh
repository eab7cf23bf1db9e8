#!/usr/bin/env bash
# How long an import takes: 100,000 people with bcrypt hashes, kept as they are, and a sample of MD5 rows, which are wrapped.
# Measured on 2026-11-22, Release build, SQLite, two shared cores (AMD EPYC) under much other work (load 3 to 12), so the clock says more
# about that day than about the program; one run of each:
#   100,000 people with bcrypt hashes   143 s, processors' time 61 s
#   the same again, all there already    21 s, processors' time 12 s
#   5,000 people with MD5 hashes         62 s, processors' time 39 s; the sample of 8 before it said 115 hashes/s and 0:43
# The wrapped people are a sample of 5,000: no 100,000 of them were ever imported here, and no empty machine was measured.
# Prints numbers and judges none. bench/import.sh [people, default 100000] [wrapped, default 5000]
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
    printf "{\"id\":%d,\"username\":\"user%d\",\"email\":\"user%d@example.com\",\"email_verified\":true,\"mobile\":\"13%09d\",\"nickname\":\"昵称%d\",\"sex\":1,\"user_money\":\"0.00\",\"visit_count\":%d,\"last_time\":1527339048,\"last_ip\":\"192.0.2.1\",\"append\":1511169880,%s}\n", i, i, i, i, i, i % 50, hash }'
}

row 1 "$people" '"password_hash":"$2y$10$rU1kVtHqFpQ7w8yE2Zb4dO.5L9GGZDobRD7B1mMp6ZPBf4iOYTjLm"' >"$work/bcrypt.jsonl"
row $((people + 1)) "$wrapped" '"password_hash":"4e899ab3796b6a5823ae393464350e1c","password_scheme":"md5({salt}{password})","password_salt":"s4lt"' >"$work/md5.jsonl"

# Beside the clock the processors' time, which a machine with other work lengthens less.
TIMEFORMAT="%R s, of processors %U s + %S s of the system"
import() {
  echo "$2:"
  time (cd "$work" && "$identity" import --api rageframe "$1" --environment=Development 2>"$work/log") || { cat "$work/log"; exit 1; }
}

import bcrypt.jsonl "$people people with bcrypt hashes"
import bcrypt.jsonl "the same again, all there already"
import md5.jsonl "$wrapped people with MD5 hashes, wrapped"
grep wrapping "$work/log"
