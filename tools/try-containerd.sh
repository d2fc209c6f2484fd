#!/bin/bash
# Puts an OCI runtime through containerd and its shim, by ctr: run, exec, pause, checkpoint and the rest.
#
#   tools/try-containerd.sh [RUNTIME]       ours (default), runc, crun, or a program's path: to know who is wrong
#
# containerd is unpacked once, see tools/judges/common.sh, and started with directories of its own in namespaces of its own, with which
# everything ends that it started. Fails if a step does.
set -uo pipefail
[ "${1:-}" != --help ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0; }

# the shims outlive containerd, but not this process namespace
[ -n "${OWN_NAMESPACES:-}" ] || OWN_NAMESPACES=1 exec unshare --mount --propagation slave --pid --fork --kill-child --mount-proc "$0" "$@"
# shellcheck source=tools/judges/common.sh
. "$(dirname "$(readlink -f "$0")")/judges/common.sh"

fill_containerd() {
  unpack_judge containerd patchelf || return 1
  make_them_run /usr/bin/containerd /usr/bin/containerd-shim-runc-v2 /usr/bin/ctr
}

configure() {
  local root=$JUDGES/containerd/root
  cat >"$WORK/config.toml" <<CONF
version = 2
root = "$WORK/lib"
state = "$WORK/run"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.nri.v1.nri", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "$WORK/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$WORK/opt"
CONF
  cat >"$CTR" <<SCRIPT
#!/bin/sh
exec $root/usr/bin/ctr --address $WORK/containerd.sock "\$@"
SCRIPT
  chmod 755 "$CTR"
  # where shims have their sockets, whatever the configuration says
  mkdir -p "$WORK/shims" /run/containerd && mount --bind "$WORK/shims" /run/containerd
  # the shim and CRIU are looked for there
  PATH=$root/usr/bin:$PATH:$TOOLS/bin "$root/usr/bin/containerd" --config "$WORK/config.toml" --log-level info >"$WORK/containerd.log" 2>&1 </dev/null &
  DAEMON=$!
  await "$CTR" version || {
    tail -n 5 "$WORK/containerd.log" >&2
    die "containerd does not answer"
  }
}

clean_up() {
  local id
  for id in $("$CTR" tasks list --quiet); do "$CTR" tasks delete --force "$id"; done
  clear_states "$RUNTIME"
  [ -z "$DAEMON" ] || { kill "$DAEMON" && wait "$DAEMON"; }
  find /sys/fs/cgroup -depth -type d -path "*/$PARENT*" -exec rmdir {} +
  umount /run/containerd && rmdir /run/containerd
}

begin_trial "$0"
# the process id would be the same each time, in a namespace of its own
PARENT=ferry-${WORK##*/} DAEMON='' RUNTIME=$WORK/bin/runtime-of-trial CTR=$WORK/bin/ctr
mkdir -p "$WORK/bin"
[ "${1:-ours}" != ours ] || build_ours
runtime_script "${1:-ours}" "$RUNTIME"
[ "${1:-ours}" != crun ] || hide_unified
[ "${1:-ours}" = ours ] || PATH=$PATH:$(without_iptables)
provide_judge containerd fill_containerd
make_root "$WORK/rootfs"
configure
# shellcheck disable=SC2016 # the dollars are the containers'
LONG='trap "exit 5" TERM; trap "touch /tmp/usr1" USR1; touch /tmp/up; while :; do sleep 0.1; done'
# no more than this host's own root may have
ALL=$(awk '/^CapBnd/ {print $2}' /proc/self/status)
# an image would say where programs are; a root file system by itself does not
RUN=("$CTR" run --runc-binary "$RUNTIME" --env PATH=/bin)
status() { "$CTR" tasks list | awk -v id="$1" '$1 == id {print $3}'; }
has_status() { [ "$(status "$1")" = "$2" ]; }

step 'version' '0:' "$CTR" version
first_step 'run' '0:^hello from 1$' "${RUN[@]}" --rm --cgroup "/$PARENT/a" --rootfs "$WORK/rootfs" a sh -c 'echo hello from $$'
step 'run: exit code' '7:' "${RUN[@]}" --rm --cgroup "/$PARENT/b" --rootfs "$WORK/rootfs" b sh -c 'exit 7'
step 'run: no such program' '1:no such file' "${RUN[@]}" --rm --cgroup "/$PARENT/c" --rootfs "$WORK/rootfs" c /no/such/program
step 'run: not executable' '1:permission denied|not executable' "${RUN[@]}" --rm --cgroup "/$PARENT/d" --rootfs "$WORK/rootfs" d /etc/passwd
# shellcheck disable=SC2016
step 'run with input' '0:^got words$' sh -c 'echo words | "$@"' sh "${RUN[@]}" --rm --cgroup "/$PARENT/e" --rootfs "$WORK/rootfs" e sh -c 'read -r line; echo got $line'
step 'run --read-only' '1:Read-only' "${RUN[@]}" --rm --read-only --cgroup "/$PARENT/f" --rootfs "$WORK/rootfs" f touch /file
step 'run --user --cwd --env' '0:^1000 value /tmp$' "${RUN[@]}" --rm --user 1000 --cwd /tmp --env NAME=value --cgroup "/$PARENT/g" --rootfs "$WORK/rootfs" g sh -c 'echo $(id -u) $NAME $PWD'
mkdir -p "$WORK/shared" && echo shared >"$WORK/shared/file"
step 'run --mount' '0:^shared$' "${RUN[@]}" --rm --mount "type=bind,src=$WORK/shared,dst=/shared,options=rbind:ro" --cgroup "/$PARENT/h" --rootfs "$WORK/rootfs" h cat /shared/file
step 'run --memory-limit' '0:^67108864$' "${RUN[@]}" --rm --mount type=cgroup,src=cgroup,dst=/sys/fs/cgroup,options=ro --memory-limit 67108864 --cgroup "/$PARENT/i" --rootfs "$WORK/rootfs" i sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'
step 'run --privileged' "0:CapEff:.$ALL" "${RUN[@]}" --rm --privileged --cgroup "/$PARENT/j" --rootfs "$WORK/rootfs" j grep CapEff /proc/self/status
step 'run --seccomp' '0:Seccomp:.2' "${RUN[@]}" --rm --seccomp --cgroup "/$PARENT/k" --rootfs "$WORK/rootfs" k grep Seccomp: /proc/self/status

first_step 'run --detach' '0:' "${RUN[@]}" --detach --cgroup "/$PARENT/long" --rootfs "$WORK/rootfs" long sh -c "$LONG"
step 'it runs' '0:' await test -e "$WORK/rootfs/tmp/up"
step 'tasks list' '0:' has_status long RUNNING
step 'tasks ps' '0:^[0-9]+' "$CTR" tasks ps long
step 'tasks metrics' '0:memory' "$CTR" tasks metrics long
step 'exec' '0:^in$' "$CTR" tasks exec --exec-id e1 long echo in
step 'exec: exit code' '9:' "$CTR" tasks exec --exec-id e2 long sh -c 'exit 9'
step 'exec: no such program' '1:no such file' "$CTR" tasks exec --exec-id e3 long /no/such/program
step 'exec --user --cwd' '0:^1000 /tmp$' "$CTR" tasks exec --exec-id e4 --user 1000 --cwd /tmp long sh -c 'echo $(id -u) $PWD'
# ctr wants a terminal of its own for -t
step 'exec -t' '0:/dev/pts/' script -qec "$CTR tasks exec -t --exec-id e5 long tty" /dev/null
step 'run -t' '0:/dev/pts/0' script -qec "${RUN[*]} -t --rm --cgroup /$PARENT/l --rootfs $WORK/rootfs l tty" /dev/null
step 'exec --detach' '0:' "$CTR" tasks exec --detach --exec-id e6 long touch /tmp/detached
step 'exec --detach has run' '0:' await test -e "$WORK/rootfs/tmp/detached"
step 'pause' '0:' "$CTR" tasks pause long
step 'paused' '0:' has_status long PAUSED
step 'resume' '0:' "$CTR" tasks resume long
step 'running again' '0:' has_status long RUNNING
step 'kill -s SIGUSR1' '0:' "$CTR" tasks kill --signal SIGUSR1 long
step 'the signal came' '0:' await test -e "$WORK/rootfs/tmp/usr1"
step 'kill' '0:' "$CTR" tasks kill long
step 'stopped' '0:' await has_status long STOPPED
step 'tasks delete: its exit code' '0:exit code 5' "$CTR" tasks delete long
step 'start it anew' '0:' "$CTR" tasks start --detach long
step 'kill -s SIGKILL --all' '0:' "$CTR" tasks kill --signal SIGKILL --all long
step 'killed' '0:' await has_status long STOPPED
step 'tasks delete: killed' '0:exit code 137' "$CTR" tasks delete long
step 'containers delete' '0:' "$CTR" containers delete long

# ---- checkpoint; ctr restores images only --------------------------------------------------------------------
# shellcheck disable=SC2016
COUNT='n=0; while :; do n=$((n + 1)); echo $n > /tmp/count; sleep 0.05; done'
counts_past() { [ "$(cat "$WORK/rootfs/tmp/count")" -gt "$1" ]; }
mkdir -p "$WORK/dump"
step 'a task to checkpoint' '0:' "${RUN[@]}" --detach --cgroup "/$PARENT/counts" --rootfs "$WORK/rootfs" counts sh -c "$COUNT"
step 'it counts' '0:' await counts_past 5
step 'tasks checkpoint --exit' '0:' "$CTR" tasks checkpoint --exit --image-path "$WORK/dump" counts
step 'checkpointed: stopped' '0:' await has_status counts STOPPED
step 'a dump is there' '0:' test -s "$WORK/dump/inventory.img"
step 'delete the checkpointed one' '0:' sh -c '"$0" tasks delete --force counts; "$0" containers delete counts' "$CTR"

# ---- the end -----------------------------------------------------------------------------------------------------
step 'nothing is left' '0:^$' "$CTR" containers list --quiet
no_states() { [ -z "$(find "$RUNTIME.states" -mindepth 1 -maxdepth 1 -type d -not -name '.*' -print -quit)" ]; }
step 'no state is left' '0:' no_states
no_cgroups() { [ -z "$(find /sys/fs/cgroup -mindepth 2 -type d -path "*/$PARENT/*" -print -quit)" ]; }
step 'no cgroup is left' '0:' no_cgroups

finish_steps
