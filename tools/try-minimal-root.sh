#!/bin/bash
# Tries this clone as a new user would: in a minimal Debian root, where nothing but apt is installed.
#
#   tools/try-minimal-root.sh SUITE COMMAND...     e.g. tools/try-minimal-root.sh bookworm ./ferry demo
#
# The root is made with mmdebstrap (as root; from the mirror apt is configured with), COMMAND runs in a clone of the
# last commit inside it, in mount, pid and uts namespaces of its own; at the end everything is gone with them.
# TRY_KEEP=DIR keeps the root there and uses it again the next time.
set -euo pipefail

if [ $# -lt 2 ] || [ "$EUID" != 0 ]; then
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
SUITE=$1
shift
HOME_DIR=$(dirname "$(dirname "$(readlink -f "$0")")")
ROOT=${TRY_KEEP:-$(mktemp -d)}
[ -n "${TRY_KEEP:-}" ] || trap 'rm -rf --one-file-system "$ROOT"' EXIT

if [ ! -e "$ROOT/etc/os-release" ]; then
  # shellcheck disable=SC2016 # the dollar is apt's
  MIRROR=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
  mmdebstrap --quiet --mode=root --variant=minbase "$SUITE" "$ROOT" "deb $MIRROR $SUITE main"
  apt-config dump | grep -E '^Acquire::(http|https|Check|Retries)' >"$ROOT/etc/apt/apt.conf.d/00host" || true
  cp /etc/resolv.conf "$ROOT/etc/"
  # certificates that this machine's administrator added (a proxy's, for instance): the root's Java needs them too
  mkdir -p "$ROOT/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$ROOT/usr/local/share/ca-certificates/" 2>/dev/null || true
fi
[ -e "$ROOT/srv/ferry" ] || git clone -q --no-checkout "$HOME_DIR" "$ROOT/srv/ferry"
git -C "$ROOT/srv/ferry" fetch -q "$HOME_DIR" HEAD
git -C "$ROOT/srv/ferry" reset -q --hard FETCH_HEAD

# A root that is only chroot()ed into cannot pivot_root, and containers have to: so the whole namespace moves.
# shellcheck disable=SC2016 # the shell inside expands it
unshare --mount --pid --uts --fork --kill-child -- bash -euc '
  root=$0
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=755 run "$root/run"
  mount -t tmpfs -o mode=1777 tmp "$root/tmp"
  cd "$root"
  pivot_root . .
  umount -l .
  cd /srv/ferry
  # not exec: as the first process of its pid namespace this shell reaps the orphans
  code=0
  env -i HOME=/root TERM="${TERM:-dumb}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" || code=$?
  exit $code
' "$ROOT" "$@"
