#!/usr/bin/env bash
# One Debian machine for a team: PostgreSQL, a Prefect server, the worker that runs by schedule, and
# the review app behind nginx. Run as root; run again it brings up to date what is there.
#
#   deploy/team.sh up [--name review.example.com] [--admin NAME] [EXPORT...]
#   deploy/team.sh status           what runs
#   deploy/team.sh down             ends what runs; everything stays
#   deploy/team.sh remove --yes     takes away program, data and databases
#
# docs/deploy/team.md goes through it step by step.
set -euo pipefail
umask 022

readonly PROGRAM=/opt/groundswell ROOM=/srv/groundswell ACCOUNT=groundswell
readonly PYTHON=/usr/bin/python3.11
SOURCE=$(cd "$(dirname "$0")/.." && pwd)
readonly SOURCE SERVICES=(prefect worker app)
declare -A COMMANDS=(
  [prefect]="$PROGRAM/venv/bin/prefect server start"
  [worker]="$PROGRAM/venv/bin/groundswell schedule"
  [app]="$PROGRAM/venv/bin/groundswell serve"
)

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() { printf 'team.sh: %s\n' "$*" >&2; exit 2; }
has_systemd() { [ -d /run/systemd/system ]; }

# Runs a command as the account of the services, in their folder and with their settings.
as_account() {
  (
    set -a
    # shellcheck disable=SC1091
    . "$PROGRAM/deploy/prefect.env"
    # shellcheck disable=SC1091
    . "$PROGRAM/deploy/team.env"
    # shellcheck disable=SC1091
    . "$ROOM/secrets/login.env"
    cd "$ROOM"
    exec runuser --user "$ACCOUNT" --preserve-environment -- "$@"
  )
}

as_postgres() { (cd / && runuser --user postgres -- "$@"); }

wait_for() { # seconds, what, command...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || fail "$what: no answer in time; $(where_logs)"
    sleep 1
  done
}

where_logs() {
  if has_systemd; then echo "journalctl -u 'groundswell-*' says why"; else echo "$ROOM/log says why"; fi
}

install_packages() {
  local missing=() package
  for package in postgresql nginx openssl curl python3.11-venv; do
    dpkg-query --show --showformat '${db:Status-Status}\n' "$package" 2>/dev/null |
      grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]} from Debian"
  apt-get update --quiet=2
  DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends \
    "${missing[@]}" >/dev/null
}

make_account() {
  id "$ACCOUNT" >/dev/null 2>&1 || {
    say "making the system user $ACCOUNT"
    useradd --system --user-group --home-dir "$ROOM" --shell /usr/sbin/nologin "$ACCOUNT"
  }
  install --directory --owner "$ACCOUNT" --group "$ACCOUNT" --mode 0750 "$ROOM"
  install --directory --owner "$ACCOUNT" --group "$ACCOUNT" --mode 0700 \
    "$ROOM/secrets" "$ROOM/log" "$ROOM/run" "$ROOM/prefect" "$ROOM/inputs"
}

install_program() {
  install --directory "$PROGRAM/deploy"
  install --mode 0644 "$SOURCE"/deploy/{prefect.env,team.env} "$PROGRAM/deploy"
  # Debian's Python: one from root's own folder could not be run by anybody else.
  [ -x "$PROGRAM/venv/bin/python" ] || "$PYTHON" -m venv "$PROGRAM/venv"
  local pip=("$PROGRAM/venv/bin/pip" --quiet --disable-pip-version-check --no-input)
  local known
  known=$(cat "$SOURCE/constraints.txt" "$SOURCE/pyproject.toml" | sha256sum)
  if [ "$known" != "$(cat "$PROGRAM/installed" 2>/dev/null)" ]; then
    say "installing the program into $PROGRAM/venv: about 2.3 GB, 3 to 5 minutes, once"
    # torch first, by its exact version: pip then takes the wheel it finds for this machine.
    "${pip[@]}" install "$(grep '^torch==' "$SOURCE/constraints.txt")"
    "${pip[@]}" install --constraint "$SOURCE/constraints.txt" "$SOURCE"
    echo "$known" >"$PROGRAM/installed"
  else
    say "bringing the program up to date"
    "${pip[@]}" install --no-deps --force-reinstall "$SOURCE"
  fi
}

make_databases() {
  local name
  if ! as_postgres psql --quiet --command '' >/dev/null 2>&1; then
    say "starting PostgreSQL"
    service postgresql start >/dev/null
    wait_for 30 PostgreSQL as_postgres psql --quiet --command ''
  fi
  as_postgres psql --tuples-only --no-align --command \
    "SELECT 1 FROM pg_roles WHERE rolname = '$ACCOUNT'" | grep -q 1 ||
    as_postgres createuser "$ACCOUNT"
  for name in groundswell prefect; do
    as_postgres psql --tuples-only --no-align --command \
      "SELECT 1 FROM pg_database WHERE datname = '$name'" | grep -q 1 || {
      say "making the database $name"
      as_postgres createdb --owner "$ACCOUNT" "$name"
    }
  done
}

make_secrets() {
  local file=$ROOM/secrets/login.env login
  (
    umask 077
    if [ ! -s "$file" ]; then
      say "making the login of the Prefect server: $file"
      login="groundswell:$(openssl rand -hex 24)"
      printf 'PREFECT_API_AUTH_STRING=%s\nPREFECT_SERVER_API_AUTH_STRING=%s\n' \
        "$login" "$login" >"$file"
    fi
    if [ ! -s "$ROOM/secrets/tls.crt" ]; then
      say "making a certificate for trying out; put yours in $ROOM/secrets/tls.crt and tls.key"
      openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=$NAME" \
        -addext "subjectAltName=DNS:$NAME" -keyout "$ROOM/secrets/tls.key" \
        -out "$ROOM/secrets/tls.crt" 2>/dev/null
    fi
  )
  chown "$ACCOUNT:$ACCOUNT" "$ROOM"/secrets/*
}

set_value() { # section, key, value: in the shipped config.toml a setting is one line
  sed --in-place "/^\[$1\]/,/^\[/ s|^$2 = .*|$2 = $3|" "$ROOM/config.toml"
}

make_settings() {
  if [ ! -e "$ROOM/config.toml" ]; then
    if [ ${#EXPORTS[@]} -gt 0 ]; then
      say "writing $ROOM/config.toml for ${#EXPORTS[@]} exports; look at what was guessed"
      install --owner "$ACCOUNT" --mode 0600 "${EXPORTS[@]}" "$ROOM/inputs"
      local named=() one
      for one in "${EXPORTS[@]}"; do named+=("inputs/$(basename "$one")"); done
      as_account "$PROGRAM/venv/bin/groundswell" init "${named[@]}"
    else
      say "writing $ROOM/config.toml for the sample"
      mkdir -p "$ROOM/examples"
      cp -r "$SOURCE/examples/sample" "$ROOM/examples/"
      cp "$SOURCE/config.toml" "$ROOM/config.toml"
    fi
    set_value store url "\"postgresql://$ACCOUNT@/groundswell?host=/var/run/postgresql\""
    set_value web https true
    set_value web hosts "[\"$NAME\"]"
    chown -R "$ACCOUNT:$ACCOUNT" "$ROOM"
    chmod 0640 "$ROOM/config.toml"
  fi
}

make_admin() {
  local known password
  known=$(as_account "$PROGRAM/venv/bin/groundswell" users list --json)
  [ "$known" = "[]" ] || return 0
  say "making the user $ADMIN; the first password is in $ROOM/secrets/first-password"
  password=$(openssl rand -base64 18)
  (umask 077 && echo "$password" >"$ROOM/secrets/first-password")
  echo "$password" | as_account "$PROGRAM/venv/bin/groundswell" users add "$ADMIN" --role admin
}

install_units() {
  install --mode 0644 "$SOURCE"/deploy/systemd/groundswell-* /etc/systemd/system/
  systemctl daemon-reload
}

# Without systemd (a container, a trial): a process group of its own and a file with its number.
start_plainly() {
  local name=$1
  is_up "$name" && return 0
  # shellcheck disable=SC2016,SC2086 # the inner shell fills in; the command and its words
  as_account setsid bash -c 'umask 077; echo $$ >run/$0.pid; exec "$@" >>log/$0.log 2>&1' \
    "$name" ${COMMANDS[$name]} </dev/null >/dev/null 2>&1 &
}

stop_plainly() {
  local name=$1 number tries
  is_up "$name" || return 0
  number=$(cat "$ROOM/run/$name.pid")
  kill -TERM -- "-$number"
  for tries in $(seq 30); do
    is_up "$name" || return 0
    [ "$tries" -lt 30 ] || kill -KILL -- "-$number"
    sleep 1
  done
}

is_up() {
  if has_systemd; then systemctl --quiet is-active "groundswell-$1"; return; fi
  local number
  number=$(cat "$ROOM/run/$1.pid" 2>/dev/null) && [ -n "$number" ] || return 1
  grep -qs "$PROGRAM" "/proc/$number/cmdline"
}

start() {
  say "starting $1"
  if has_systemd; then
    systemctl enable --quiet "groundswell-$1"
    systemctl restart "groundswell-$1"
  else
    stop_plainly "$1"
    start_plainly "$1"
  fi
}

stop() {
  if has_systemd; then systemctl disable --now --quiet "groundswell-$1"; else stop_plainly "$1"; fi
}

start_proxy() {
  say "nginx: https://$NAME"
  sed "s/NAME/$NAME/" "$SOURCE/deploy/nginx.conf" >/etc/nginx/sites-available/groundswell
  ln -sf ../sites-available/groundswell /etc/nginx/sites-enabled/groundswell
  nginx -t -q
  if service nginx status >/dev/null 2>&1; then service nginx reload; else service nginx start; fi \
    >/dev/null
}

page_answers() {
  curl --silent --fail --insecure --resolve "$NAME:443:127.0.0.1" "https://$NAME/login"
}

has_deployment() {
  as_account "$PROGRAM/venv/bin/prefect" deployment inspect refresh/groundswell
}

has_report() {
  as_account "$PROGRAM/venv/bin/groundswell" report --open-path
}

first_report() {
  has_report >/dev/null 2>&1 && return 0
  say "asking the worker for the first run"
  wait_for 120 "the worker" has_deployment
  as_account "$PROGRAM/venv/bin/prefect" --no-prompt deployment run refresh/groundswell >/dev/null
  wait_for 1800 "the first run" has_report
}

up() {
  NAME=$(hostname -f 2>/dev/null || hostname) ADMIN=admin EXPORTS=()
  while [ $# -gt 0 ]; do
    case $1 in
      --name) NAME=${2:?--name needs a name}; shift 2 ;;
      --admin) ADMIN=${2:?--admin needs a name}; shift 2 ;;
      -*) fail "$1: no such option; the first lines of this file say which there are" ;;
      *) [ -r "$1" ] || fail "$1: cannot be read"; EXPORTS+=("$(realpath "$1")"); shift ;;
    esac
  done
  install_packages
  make_account
  install_program
  make_databases
  make_secrets
  make_settings
  make_admin
  if has_systemd; then install_units; fi
  start prefect
  wait_for 120 "the Prefect server" curl --silent --fail http://127.0.0.1:4200/api/health
  start worker
  start app
  if has_systemd; then systemctl enable --now --quiet groundswell-metrics.timer; fi
  start_proxy
  wait_for 60 "the review app" page_answers
  first_report
  say "up in $SECONDS seconds"
  cat <<END

The review app:    https://$NAME/   (user $ADMIN, password in $ROOM/secrets/first-password)
Runs:              by the cron line of $ROOM/config.toml, [schedule]
Prefect's pages:   ssh -L 4200:127.0.0.1:4200 HOST, then http://127.0.0.1:4200
                   (login: PREFECT_API_AUTH_STRING in $ROOM/secrets/login.env)
Looked over by:    deploy/team.sh status
END
}

status() {
  local name
  for name in "${SERVICES[@]}"; do
    if is_up "$name"; then echo "$name: up"; else echo "$name: down"; fi
  done
  as_account "$PROGRAM/venv/bin/groundswell" doctor
}

down() {
  local name
  for name in app worker prefect; do
    say "ending $name"
    stop "$name"
  done
  rm -f /etc/nginx/sites-enabled/groundswell
  if service nginx status >/dev/null 2>&1; then service nginx reload >/dev/null; fi
}

remove() {
  [ "${1:-}" = --yes ] || fail "remove takes away all data and decisions; add --yes if you mean it"
  down
  if has_systemd; then
    systemctl disable --now --quiet groundswell-metrics.timer || true
    rm -f /etc/systemd/system/groundswell-*
    systemctl daemon-reload
  fi
  local name
  for name in groundswell prefect; do
    as_postgres dropdb --if-exists "$name"
  done
  as_postgres dropuser --if-exists "$ACCOUNT"
  rm -rf "$PROGRAM" "$ROOM" /etc/nginx/sites-available/groundswell
  if id "$ACCOUNT" >/dev/null 2>&1; then userdel "$ACCOUNT"; fi
  say "nothing is left; Debian's packages stay"
}

[ "$(id -u)" = 0 ] || fail "needs root: sudo $0 ${*:-up}"
case ${1:-} in
  up | status | down | remove) "$@" ;;
  *) fail "expected up, status, down or remove; the first lines of this file say more" ;;
esac
