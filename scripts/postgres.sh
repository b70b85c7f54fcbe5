#!/usr/bin/env bash
# A PostgreSQL on this machine, for tests: a real server that lives in a folder of its own and listens on loopback only.
#
#   scripts/postgres.sh install             from Debian's packages; needs root
#   scripts/postgres.sh start FOLDER PORT   postgres://rocflow:secret@127.0.0.1:PORT/postgres
#   scripts/postgres.sh restart FOLDER      ends every connection at once, and comes back
#   scripts/postgres.sh encrypt FOLDER      takes encrypted connections only; FOLDER/authority.crt signs for it
#   scripts/postgres.sh sql FOLDER TEXT     prints what a statement gives
#   scripts/postgres.sh stop FOLDER
#
# Exit code 3: this machine cannot have it. Nothing outside of FOLDER is written, and no service is started.
set -euo pipefail

cannot() {
  echo "no PostgreSQL here: $1" >&2
  exit 3
}

# The folder of the newest server's programs, which Debian keeps off the path.
programs() {
  local found
  found=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  [ -x "$found" ] || found=$(command -v initdb || true)
  [ -x "$found" ] || return 1
  dirname "$found"
}

install() {
  if programs > /dev/null; then return; fi
  [ "$(id -u)" = 0 ] || cannot "installing it needs root"
  command -v apt-get > /dev/null || cannot "it is installed from Debian's packages, and there is no apt-get"
  # The server alone: no cluster that Debian would make and start.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install -y --no-install-recommends postgresql; } > /dev/null 2>&1 ||
    cannot "apt-get cannot install postgresql"
}

# The server refuses to run as root.
as_user() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
  local bin
  bin=$(programs) || cannot "postgresql is not installed"
  if [ "$(id -u)" = 0 ]; then
    id postgres > /dev/null 2>&1 || cannot "the server needs the user postgres"
    chown postgres "$1"
  fi
  echo secret > "$1/password"
  chmod 644 "$1/password"
  as_user "$bin/initdb" -D "$1/data" -U rocflow --pwfile="$1/password" -A scram-sha-256 -E UTF8 --no-sync > "$1/initdb.log" 2>&1 || {
    tail -n 5 "$1/initdb.log" >&2
    cannot "initdb fails"
  }
  cat >> "$1/data/postgresql.conf" << CONF
listen_addresses = '127.0.0.1'
port = $2
unix_socket_directories = ''
fsync = off
CONF
  as_user "$bin/pg_ctl" -D "$1/data" -l "$1/data/log" -w start > /dev/null || {
    tail -n 5 "$1/data/log" >&2
    cannot "the server does not come up"
  }
}

encrypt() {
  command -v openssl > /dev/null || cannot "there is no openssl to make a certificate"
  openssl req -new -x509 -days 30 -nodes -subj "/CN=localhost" -addext "subjectAltName=IP:127.0.0.1" \
    -out "$1/authority.crt" -keyout "$1/data/server.key" 2> /dev/null
  cp "$1/authority.crt" "$1/data/server.crt"
  [ "$(id -u)" != 0 ] || chown postgres "$1/data/server.key" "$1/data/server.crt"
  chmod 600 "$1/data/server.key"
  echo "ssl = on" >> "$1/data/postgresql.conf"
  sed -i 's/^host /hostssl /' "$1/data/pg_hba.conf"
  restart "$1"
}

restart() {
  as_user "$(programs)/pg_ctl" -D "$1/data" -l "$1/data/log" -w -m fast restart > /dev/null
}

action=${1:-}
case "$action" in
  install) install ;;
  start) start "${2:?names the folder}" "${3:?names the port}" ;;
  restart) restart "${2:?names the folder}" ;;
  encrypt) encrypt "${2:?names the folder}" ;;
  sql) PGPASSWORD=secret "$(programs)/psql" -h 127.0.0.1 -p "$(sed -n 4p "${2:?names the folder}/data/postmaster.pid")" -U rocflow -Atc "${3:?is the statement}" postgres ;;
  stop) as_user "$(programs)/pg_ctl" -D "${2:?names the folder}/data" -w -m immediate stop > /dev/null ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 1 ;;
esac
