#!/usr/bin/env bash
# `systemctl` inside the clean Debian of the test of docs/install.md, where no systemd runs.
#
# A unit of mesto is run as its file says: ExecStart under its User, with its WorkingDirectory, UMask, LimitNOFILE,
# Environment, EnvironmentFile, StateDirectory and LoadCredential, and "started" when it says READY as Type=notify asks
# for, or at its end where it is a oneshot. A timer only has to say when.
# What confines it (SystemCallFilter and its like) is for systemd alone; `systemd-analyze` looks at it in the test.
set -euo pipefail

command=$1
shift
[ "${1:-}" = --now ] && shift

timer_file() {
  local file="/usr/lib/systemd/system/$1"
  case "$1" in *@*) file="/usr/lib/systemd/system/${1%%@*}@.timer" ;; esac
  grep -q '^OnCalendar=' "$file" && unit_file "${1%.timer}" >/dev/null
}

unit_file() {
  local name=${1%.service} folder
  case "$name" in *@*) name="${name%%@*}@" ;; esac
  for folder in /etc/systemd/system /usr/lib/systemd/system; do
    [ -f "$folder/$name.service" ] && { echo "$folder/$name.service"; return; }
  done
  echo "Unit $1.service not found." >&2
  return 5
}

# Becomes the program of the unit that start_mesto has read, behind what is given.
run_as() {
  umask "$(key UMask)"
  cd "$(key WorkingDirectory)"
  # As far as this machine lets its root.
  ulimit -n "$(key LimitNOFILE)" 2>/dev/null || ulimit -n "$(ulimit -Hn)"
  local notify=NOTIFY_SOCKET="$socket"
  [ "$(key Type)" = notify ] || notify=LANGUAGE=C
  exec setsid -w setpriv --reuid "$user" --regid "$(key Group)" --init-groups --no-new-privs --bounding-set=-all \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LANG=C.UTF-8 HOME="/var/lib/$state" "$notify" \
    CREDENTIALS_DIRECTORY="$directory" $said "$@" $exec
}

start_mesto() {
  local unit=${1%.service} file user state directory credentials exec socket="/run/${1%.service}.notify" pid
  file=$(unit_file "$unit")
  local instance=${unit#*@}
  key() { sed -n "s/^$1=//p" "$file" | sed "s/%i/$instance/g"; }
  user=$(key User)
  state=$(key StateDirectory)
  install -d -o "$user" -g "$(key Group)" -m "$(key StateDirectoryMode)" "/var/lib/$state"
  directory="/run/credentials/$unit.service"
  rm -rf "$directory"
  install -d -o "$user" -m 0500 "$directory"
  key LoadCredential | while IFS=: read -r id path; do
    if [ -d "$path" ]; then
      find "$path" -type f | while read -r one; do
        install -o "$user" -m 0400 "$one" "$directory/${id}_$(basename "$one")"
      done
    else
      install -o "$user" -m 0400 "$path" "$directory/$id"
    fi
  done
  exec=$(key ExecStart)
  exec=${exec//\$\{CREDENTIALS_DIRECTORY\}/$directory}
  local said name files
  files=$(key EnvironmentFile)
  # What the file says goes before what the unit says.
  said=$(key Environment; cat "${files#-}" 2>/dev/null | grep -v '^#' || true)
  for name in $(printf '%s\n' "$said" | cut -d= -f1 | sort -u); do
    exec=${exec//\$\{$name\}/$(printf '%s\n' "$said" | sed -n "s/^$name=//p" | tail -n 1)}
  done
  if [ "$(key Type)" = oneshot ]; then
    if ! (run_as) </dev/null >"/var/log/$unit.log" 2>&1; then
      echo "Job for $unit.service failed:" >&2
      cat "/var/log/$unit.log" >&2
      return 1
    fi
    return 0
  fi
  rm -f "$socket"
  # Hears what the program tells its manager: READY, or that its other end is gone.
  perl -MSocket -e '
    my ($path, $uid) = @ARGV;
    socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or die; bind($s, sockaddr_un($path)) or die "$path: $!";
    chown $uid, -1, $path; alarm 60;
    while (defined recv($s, my $said, 4096, 0)) { exit 0 if $said =~ /^READY=1$/m }' "$socket" "$(id -u "$user")" &
  local ready=$!
  while [ ! -S "$socket" ]; do kill -0 "$ready"; done
  (run_as bash -c 'echo $$ >&9; exec 9>&-; exec "$@"' sh) 9>"/run/$unit.pid" </dev/null >>"/var/log/$unit.log" 2>&1 &
  # The one that ends first says how it went.
  local program=$!
  if ! wait -n "$ready" "$program" || kill -0 "$ready" 2>/dev/null; then
    kill "$ready" 2>/dev/null || true
    echo "Job for $unit.service failed:" >&2
    tail -n 5 "/var/log/$unit.log" >&2
    return 1
  fi
  disown "$program"
}

stop_mesto() {
  local unit=${1%.service} pid
  pid=$(cat "/run/$unit.pid" 2>/dev/null || true)
  [ -n "$pid" ] || return 0
  kill -TERM "$pid" 2>/dev/null || return 0
  local limit
  limit=$(sed -n 's/^TimeoutStopSec=//p' "$(unit_file "$unit")")
  timeout "$limit" tail --pid="$pid" -f /dev/null || { echo "$unit.service did not end in $limit s" >&2; return 1; }
  rm -f "/run/$unit.pid"
}

if [ "$command $*" = "show --property MainPID --value ${!#}" ]; then
  cat "/run/$(basename "${!#}" .service).pid"
  exit 0
fi
if [ "$command" = list-units ]; then
  for pid in /run/mesto.pid /run/mesto@*.pid; do
    if [ -s "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; then
      echo "$(basename "$pid" .pid).service loaded active running"
    fi
  done
  exit 0
fi

for unit in "$@"; do
  case "$command $unit" in
    "daemon-reload "*) ;;
    "enable mesto-"*.timer | "start mesto-"*.timer) timer_file "$unit" ;;
    "enable mesto"* | "start mesto"*) start_mesto "$unit" ;;
    "stop mesto-"*.timer | "disable mesto-"*.timer) ;;
    "stop mesto"* | "disable mesto"*) stop_mesto "$unit" ;;
    "restart mesto"*) stop_mesto "$unit"; start_mesto "$unit" ;;
    "is-active mesto"*) kill -0 "$(cat "/run/${unit%.service}.pid")" ;;
    "enable postgresql" | "start postgresql") pg_ctlcluster "$(ls /etc/postgresql)" main start ;;
    "restart postgresql") pg_ctlcluster "$(ls /etc/postgresql)" main restart ;;
    "enable nginx" | "start nginx") nginx ;;
    "reload nginx") if [ -s /run/nginx.pid ]; then nginx -s reload; else nginx; fi ;;
    *) echo "this systemctl does not know: $command $unit" >&2; exit 2 ;;
  esac
done
