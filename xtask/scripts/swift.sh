#!/usr/bin/env bash
# Swift on a Debian machine whose own release has none: Debian 13's `swiftlang` in a folder of its own.
#
#   swift.sh setup DIR             make the toolchain in DIR (a minute, 2 GB); nothing where it is ready
#   swift.sh run DIR SRC CMD...    run CMD in SRC/ios inside the toolchain, with the repository SRC at /src
#
# Needs root, debootstrap, unshare and mount. Two set-ups wait for each other, and any number of runs may overlap:
# each run has its own mounts and processes, and both end with it, however it ends.
set -euo pipefail

make_toolchain() {
  local dir=$1 new="$1.new" log="$1.log" mirror
  mirror=$(awk '$1 == "URIs:" { print $2; exit }
                $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
  rm -rf --one-file-system "$new"
  debootstrap --variant=minbase trixie "$new" "${mirror:-http://deb.debian.org/debian}" >"$log" 2>&1
  # The machine's own way to the archive (proxy, certificates) is the way from inside too.
  cp /etc/resolv.conf "$new/etc/resolv.conf"
  cp -r /etc/apt/apt.conf.d/. "$new/etc/apt/apt.conf.d/" 2>/dev/null || true
  in_own_mounts "$new" "" sh -c 'export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -qy --no-install-recommends swiftlang libc6-dev gcc g++ ca-certificates
    apt-get clean' >>"$log" 2>&1
  touch "$new/.ready"
  rm -rf --one-file-system "$dir"
  mv "$new" "$dir"
}

# A mount namespace and a process namespace of its own: the kernel takes both away with the last process. The first
# process inside takes no signal but KILL, so this script passes an interruption on, and its own death too.
in_own_mounts() {
  local dir=$1 src=$2 inner status=0
  shift 2
  mkdir -p "$dir/src"
  DIR=$dir SRC=$src setpriv --pdeathsig KILL \
    unshare --mount --propagation private --pid --fork --kill-child \
    sh -euc 'mount -t proc proc "$DIR/proc"
      if [ -n "$SRC" ]; then mount --bind "$SRC" "$DIR/src"; fi
      exec chroot "$DIR" "$@"' sh "$@" &
  inner=$!
  trap 'kill -KILL "$inner" 2>/dev/null; exit 130' INT TERM HUP
  wait "$inner" || status=$?
  trap - INT TERM HUP
  return "$status"
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
    make_toolchain "$dir"
    ;;
  run)
    dir=$2 src=$3
    shift 3
    [ -e "$dir/.ready" ] || { echo "no Swift toolchain in $dir: run \`cargo xtask setup\`" >&2; exit 1; }
    in_own_mounts "$dir" "$src" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      MESTO_LIB_DIR=/src/target/debug LD_LIBRARY_PATH=/src/target/debug \
      sh -c 'cd /src/ios && exec "$@"' sh "$@"
    ;;
  *)
    sed -n '2,8p' "$0" | cut -c3-
    exit 2
    ;;
esac
