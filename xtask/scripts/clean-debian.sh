#!/usr/bin/env bash
# A Debian machine on which nothing was installed yet, for the test of docs/install.md.
#
#   clean-debian.sh setup DIR          make it in DIR (a minute, 0.4 GB); nothing where it is ready
#   clean-debian.sh run DIR COPY PUT SCRIPT
#                                      copy it to COPY, with what lies in the folder PUT in its /root, and run SCRIPT
#                                      inside, which ends with all it started; COPY goes away afterwards
#
# Inside is no network but a loopback of its own: what the page installs from Debian's archive was fetched by `setup`.
# Needs root, debootstrap, unshare and mount.
set -euo pipefail

# What the page installs, and what only a running Debian has by itself.
FETCHED="systemd systemd-timesyncd openssl ca-certificates curl postgresql nginx-light man-db bash-completion"

make() {
  local dir=$1 new="$1.new" log="$1.log" mirror
  mirror=$(awk '$1 == "URIs:" { print $2; exit }
                $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true)
  rm -rf --one-file-system "$new"
  debootstrap --variant=minbase bookworm "$new" "${mirror:-http://deb.debian.org/debian}" >"$log" 2>&1
  # The machine's own way to the archive (proxy, certificates) is the way from inside too.
  cp /etc/resolv.conf "$new/etc/resolv.conf"
  cp -r /etc/apt/apt.conf.d/. "$new/etc/apt/apt.conf.d/" 2>/dev/null || true
  # What was fetched stays.
  rm -f "$new/etc/apt/apt.conf.d/docker-clean"
  echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' >"$new/etc/apt/apt.conf.d/99keep"
  # It lives for a minute: nothing has to be on the disk before the next step.
  echo force-unsafe-io >"$new/etc/dpkg/dpkg.cfg.d/fast"
  # A chroot starts no services.
  printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d"
  chmod 755 "$new/usr/sbin/policy-rc.d"
  FETCHED=$FETCHED unshare --mount --propagation private --pid --fork --kill-child sh -euc '
    mount -t proc proc "$0/proc"
    exec chroot "$0" sh -euc "
      export DEBIAN_FRONTEND=noninteractive
      apt-get update -q
      apt-get install -qy --download-only $FETCHED
      apt-get install -qy --no-install-recommends systemd"' "$new" >>"$log" 2>&1
  touch "$new/.ready"
  rm -rf --one-file-system "$dir"
  mv "$new" "$dir"
}

case "${1:-}" in
  setup)
    dir=$2
    [ -e "$dir/.ready" ] && exit 0
    mkdir -p "$(dirname "$dir")"
    exec 9>"$dir.lock"
    flock 9
    [ -e "$dir/.ready" ] && exit 0
    trap '[ -e "$dir/.ready" ] || tail -n 15 "$dir.log" >&2' EXIT
    make "$dir"
    ;;
  run)
    dir=$2 copy=$3 put=$4 script=$5
    [ -e "$dir/.ready" ] || { echo "no clean Debian in $dir: run \`cargo xtask setup\`" >&2; exit 1; }
    rm -rf --one-file-system "$copy"
    mkdir -p "$copy/upper" "$copy/work" "$copy/root"
    # The first process inside takes no signal but KILL: an interruption is passed on, and this script's death too.
    setpriv --pdeathsig KILL \
      unshare --mount --propagation private --pid --net --uts --fork --kill-child \
      sh -euc 'root=$0/root
        # What it writes lies beside it; a kernel without overlays copies it all.
        mount -t overlay overlay -o "lowerdir=$1,upperdir=$0/upper,workdir=$0/work" "$root" 2>/dev/null ||
          cp -a --reflink=auto "$1/." "$root/"
        cp -r "$2/." "$root/root/"
        cp "$3" "$root/root/.steps"
        mount -t proc proc "$root/proc"
        mount -t tmpfs tmpfs "$root/run"
        mkdir -p "$root/dev/shm" "$root/run/lock"
        mount -t tmpfs tmpfs "$root/dev/shm"
        ip link set lo up
        exec chroot "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
          DEBIAN_FRONTEND=noninteractive bash /root/.steps' "$copy" "$dir" "$put" "$script" &
    inner=$!
    trap 'kill -KILL "$inner" 2>/dev/null; rm -rf --one-file-system "$copy"; exit 130' INT TERM HUP
    status=0
    wait "$inner" || status=$?
    rm -rf --one-file-system "$copy"
    exit "$status"
    ;;
  *)
    sed -n '2,12p' "$0" | cut -c3-
    exit 2
    ;;
esac
