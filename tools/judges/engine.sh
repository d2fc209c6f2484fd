# shellcheck shell=bash
# What the trials of the engine share: an engine of this clone with directories of its own, and the client of PATH for it. Sourced after common.sh.

# Sets PARENT, the cgroup above the engine's containers, and what docker takes from its environment.
own_engine() {
  command -v docker >/dev/null || die "docker, the client, is not there: the distribution's package docker-cli brings it"
  # the process id would be the same each time, in a namespace of its own
  PARENT=/ferry-${WORK##*/} ENGINE=''
  export DOCKER_HOST=unix://$WORK/run/ferry.sock DOCKER_CONFIG=$WORK/client DOCKER_CLI_HINTS=false
  unset DOCKER_CONTEXT DOCKER_API_VERSION DOCKER_TLS_VERIFY
  # ports are published at loopback addresses, too
  PATH=$PATH:$TOOLS/bin busybox ip link set lo up
  # builds, if there is something new
  "$HOME_DIR/ferry" --help >/dev/null || die "./ferry does not run"
  start_engine
}

# Sets ENGINE to the process of an engine that answers.
start_engine() {
  "$HOME_DIR/ferry" engine --root "$WORK/root" --run "$WORK/run" --cgroup-parent "$PARENT" >>"$WORK/engine.log" 2>&1 </dev/null &
  ENGINE=$!
  await docker version || {
    tail -n 5 "$WORK/engine.log" >&2
    die "the engine does not answer"
  }
}

# As after a crash.
kill_engine_and_start_another() {
  kill -9 "$ENGINE"
  wait "$ENGINE" 2>/dev/null
  start_engine
}

# Ends it and all that it made; for clean_up.
end_engine() {
  local ids
  mapfile -t ids < <(timeout 20 docker ps -aq)
  [ ${#ids[@]} = 0 ] || timeout 60 docker rm -f "${ids[@]}"
  [ -z "$ENGINE" ] || { kill "$ENGINE" && wait "$ENGINE"; }
  find /sys/fs/cgroup -depth -type d -path "*$PARENT*" -exec rmdir {} +
}

# Packs a root of the host's busybox as rootfs.tar, with a file /srv/www/page.
pack_root() {
  make_root "$WORK/rootfs"
  mkdir -p "$WORK/rootfs/srv/www" && echo words >"$WORK/rootfs/srv/www/page"
  tar -C "$WORK/rootfs" -cf "$WORK/rootfs.tar" .
}
