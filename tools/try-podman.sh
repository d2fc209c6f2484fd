#!/bin/bash
# Puts an OCI runtime through podman: run, exec, pause, update, checkpoint and the rest, each with what must come out of it.
#
#   tools/try-podman.sh [RUNTIME]       ours (default), runc, crun, or a program's path: to know who is wrong
#
# podman and conmon are unpacked once, see tools/judges/common.sh; their storage is a temporary directory. Fails if a step does.
set -uo pipefail
[ "${1:-}" != --help ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0; }

# what podman mounts and forgets goes with this namespace
[ -n "${OWN_MOUNTS:-}" ] || OWN_MOUNTS=1 exec unshare --mount --propagation slave "$0" "$@"
# shellcheck source=tools/judges/common.sh
. "$(dirname "$(readlink -f "$0")")/judges/common.sh"

fill_podman() {
  unpack_judge podman conmon patchelf || return 1
  make_them_run /usr/bin/podman /usr/bin/conmon /usr/lib/podman/netavark
}

# Makes PODMAN a script that looks for nothing below /etc, /var/lib and /run.
configure() {
  local root=$JUDGES/podman/root
  mkdir -p "$WORK/tmp"
  cat >"$WORK/containers.conf" <<CONF
[containers]
# podman's own choice may be more than this host's hard limits
default_ulimits = ["nofile=1024:1024", "nproc=5000:5000"]
default_sysctls = []
log_driver = "k8s-file"
netns = "none"
seccomp_profile = "$root/usr/share/containers/seccomp.json"
[engine]
cgroup_manager = "cgroupfs"
conmon_path = ["$root/usr/bin/conmon"]
events_logger = "file"
helper_binaries_dir = ["$root/usr/lib/podman"]
lock_type = "file"
static_dir = "$WORK/static"
tmp_dir = "$WORK/tmp"
volume_path = "$WORK/volumes"
[network]
network_config_dir = "$WORK/networks"
CONF
  cat >"$WORK/storage.conf" <<CONF
[storage]
driver = "vfs"
graphroot = "$WORK/storage"
runroot = "$WORK/run"
CONF
  echo 'unqualified-search-registries = []' >"$WORK/registries.conf"
  echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$WORK/policy.json"
  # podman asks the CRIU of PATH for its version before it asks the runtime
  cat >"$PODMAN" <<SCRIPT
#!/bin/sh
export CONTAINERS_CONF=$WORK/containers.conf CONTAINERS_STORAGE_CONF=$WORK/storage.conf CONTAINERS_REGISTRIES_CONF=$WORK/registries.conf
export PODMAN_IGNORE_CGROUPSV1_WARNING=1 PATH=\$PATH:$TOOLS/bin
exec $root/usr/bin/podman --log-level error --runtime $RUNTIME "\$@"
SCRIPT
  chmod 755 "$PODMAN"
}

clean_up() {
  "$PODMAN" rm --all --force --time 0
  clear_states "$RUNTIME"
  find /sys/fs/cgroup -depth -type d -path "*/$PARENT*" -exec rmdir {} +
}

begin_trial "$0"
PARENT=ferry-trial-$$ RUNTIME=$WORK/bin/runtime-of-trial PODMAN=$WORK/bin/podman
mkdir -p "$WORK/bin"
[ "${1:-ours}" != ours ] || build_ours
runtime_script "${1:-ours}" "$RUNTIME"
[ "${1:-ours}" != crun ] || hide_unified
[ "${1:-ours}" = ours ] || PATH=$PATH:$(without_iptables)
provide_judge podman fill_podman
configure
make_root "$WORK/rootfs"
RUN=("$PODMAN" run --cgroup-parent "/$PARENT" --network none)
ROOT=(--rootfs "$WORK/rootfs")
# shellcheck disable=SC2016 # the dollars are the containers'
LONG='trap "exit 5" TERM; trap "echo usr1" USR1; echo up; while :; do sleep 0.1; done'

# no more than this host's own root may have
ALL=$(awk '/^CapBnd/ {print $2}' /proc/self/status)
says() { "$PODMAN" logs "$1" 2>&1 | grep -q "$2"; }

step 'info names the runtime' '0:runtime-of-trial' "$PODMAN" info --format '{{.Host.OCIRuntime.Path}}'

# ---- one command ---------------------------------------------------------------------------------------------
first_step 'run' '0:^hello from 1$' "${RUN[@]}" --rm "${ROOT[@]}" sh -c 'echo hello from $$'
step 'run: exit code' '7:' "${RUN[@]}" --rm "${ROOT[@]}" sh -c 'exit 7'
step 'run: killed by a signal' '137:' "${RUN[@]}" --rm "${ROOT[@]}" sh -c 'kill -9 $$; sleep 1; exit 137'
step 'run: no such program' '127:' "${RUN[@]}" --rm "${ROOT[@]}" /no/such/program
step 'run: not executable' '126:' "${RUN[@]}" --rm "${ROOT[@]}" /etc/passwd
# shellcheck disable=SC2016
step 'run -i' '0:^got words$' sh -c 'echo words | "$@"' sh "${RUN[@]}" --rm -i "${ROOT[@]}" sh -c 'read -r line; echo got $line'
step 'run -t' '0:^/dev/pts/0' "${RUN[@]}" --rm -t "${ROOT[@]}" sh -c 'tty; test -c /dev/console && stty size'
step 'run: error output apart' '0:^$' sh -c '"$@" 2>/dev/null' sh "${RUN[@]}" --rm "${ROOT[@]}" sh -c 'echo lost >&2'
step 'run --user' '0:^1000 1001$' "${RUN[@]}" --rm --user 1000:1001 "${ROOT[@]}" sh -c 'echo $(id -u) $(id -g)'
step 'run --hostname' '0:^box$' "${RUN[@]}" --rm --hostname box "${ROOT[@]}" hostname
step 'run --workdir --env' '0:^/tmp value$' "${RUN[@]}" --rm --workdir /tmp --env NAME=value "${ROOT[@]}" sh -c 'echo $PWD $NAME'
step 'run --read-only' '1:Read-only' "${RUN[@]}" --rm --read-only "${ROOT[@]}" touch /file
step 'run --tmpfs' '0:tmpfs /mine' "${RUN[@]}" --rm --tmpfs /mine:size=1m "${ROOT[@]}" sh -c 'grep /mine /proc/mounts | cut -d" " -f1,2'
mkdir -p "$WORK/shared" && echo shared >"$WORK/shared/file"
step 'run --volume' '0:^shared$' "${RUN[@]}" --rm --volume "$WORK/shared:/shared" "${ROOT[@]}" cat /shared/file
step 'run --volume ro' '1:Read-only' "${RUN[@]}" --rm --volume "$WORK/shared:/shared:ro" "${ROOT[@]}" touch /shared/file
step 'run --cap-drop all' '0:CapEff:.0000000000000000' "${RUN[@]}" --rm --cap-drop all "${ROOT[@]}" grep CapEff /proc/self/status
step 'run --privileged' "0:CapEff:.$ALL" "${RUN[@]}" --rm --privileged "${ROOT[@]}" grep CapEff /proc/self/status
step 'run --security-opt no-new-privileges' '0:NoNewPrivs:.1' "${RUN[@]}" --rm --security-opt no-new-privileges "${ROOT[@]}" grep NoNewPrivs /proc/self/status
step 'run with the seccomp profile' '0:Seccomp:.2' "${RUN[@]}" --rm "${ROOT[@]}" grep Seccomp: /proc/self/status
step 'run without one' '0:Seccomp:.0' "${RUN[@]}" --rm --security-opt seccomp=unconfined "${ROOT[@]}" grep Seccomp: /proc/self/status
step 'run --ulimit' '0:^77$' "${RUN[@]}" --rm --ulimit nofile=77:77 "${ROOT[@]}" sh -c 'ulimit -n'
step 'run --sysctl' '0:^77$' "${RUN[@]}" --rm --sysctl kernel.msgmax=77 "${ROOT[@]}" cat /proc/sys/kernel/msgmax
step 'run --device' '0:^crw' "${RUN[@]}" --rm --device /dev/kmsg:/dev/mine "${ROOT[@]}" ls -l /dev/mine
step 'run --pid host' "0:^[0-9]{2,}" "${RUN[@]}" --rm --pid host "${ROOT[@]}" sh -c 'echo $$'
step 'run --uts host --ipc host' '0:' "${RUN[@]}" --rm --uts host --ipc host "${ROOT[@]}" true
step 'run --cgroupns host' '0:' "${RUN[@]}" --rm --cgroupns host "${ROOT[@]}" true
step 'run --preserve-fds' '0:^words$' sh -c '"$@" 3<"$0"' <(echo words) "${RUN[@]}" --rm --preserve-fds 1 "${ROOT[@]}" sh -c 'cat <&3'
step 'run --oom-score-adj' '0:^77$' "${RUN[@]}" --rm --oom-score-adj 77 "${ROOT[@]}" cat /proc/self/oom_score_adj
memory='cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'
step 'run --memory' '0:^67108864$' "${RUN[@]}" --rm --memory 64m "${ROOT[@]}" sh -c "$memory"
step 'run --pids-limit' '0:^17$' "${RUN[@]}" --rm --pids-limit 17 "${ROOT[@]}" sh -c 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max'
step 'run out of memory' '137:' "${RUN[@]}" --name greedy --memory 16m --memory-swap 16m "${ROOT[@]}" sh -c 'exec tail -n 1 /dev/zero'
step 'out of memory is told' '0:^true$' "$PODMAN" inspect --format '{{.State.OOMKilled}}' greedy
step 'run --uidmap' '0: 0 +100000 +65536' "${RUN[@]}" --rm --uidmap 0:100000:65536 --gidmap 0:100000:65536 "${ROOT[@]}" cat /proc/self/uid_map

# ---- one that stays --------------------------------------------------------------------------------------------
first_step 'run -d' '0:^[0-9a-f]{64}$' "${RUN[@]}" -d --name long --memory 64m "${ROOT[@]}" sh -c "$LONG"
step 'logs' '0:' await says long '^up$'
step 'ps' '0:long.Up' "$PODMAN" ps --format '{{.Names}} {{.Status}}'
step 'top' '0:sh -c trap' "$PODMAN" top long pid args
step 'top with ps options' '0:trap' "$PODMAN" top long -o pid,args
step 'stats' '0:long.[0-9.]+.*B / ' "$PODMAN" stats --no-stream --format '{{.Name}} {{.MemUsage}}'
step 'exec' '0:^in 2?' "$PODMAN" exec long sh -c 'echo in $$'
step 'exec: exit code' '9:' "$PODMAN" exec long sh -c 'exit 9'
step 'exec: no such program' '127:' "$PODMAN" exec long /no/such/program
step 'exec: not executable' '126:' "$PODMAN" exec long /etc/passwd
# shellcheck disable=SC2016
step 'exec -i' '0:^got words$' sh -c 'echo words | "$@"' sh "$PODMAN" exec -i long sh -c 'read -r line; echo got $line'
step 'exec -t' '0:^/dev/pts/' "$PODMAN" exec -t long tty
step 'exec --user --env --workdir' '0:^1000 value /tmp$' "$PODMAN" exec --user 1000 --env NAME=value --workdir /tmp long sh -c 'echo $(id -u) $NAME $PWD'
step 'exec --privileged' "0:CapEff:.$ALL" "$PODMAN" exec --privileged long grep CapEff /proc/self/status
step 'exec -d' '0:' "$PODMAN" exec -d long touch /tmp/detached
step 'exec -d has run' '0:' await test -e "$WORK/rootfs/tmp/detached"
step 'update' '0:' "$PODMAN" update --memory 96m --pids-limit 33 long
step 'update has changed it' '0:^100663296$' "$PODMAN" exec long sh -c "$memory"
step 'pause' '0:' "$PODMAN" pause long
step 'paused' '0:^paused$' "$PODMAN" inspect --format '{{.State.Status}}' long
step 'exec in a paused one is refused' '255:' "$PODMAN" exec long true
step 'unpause' '0:' "$PODMAN" unpause long
step 'running again' '0:^in$' "$PODMAN" exec long echo in
step 'join its network and pid namespace' '0:trap' "$PODMAN" run --cgroup-parent "/$PARENT" --rm --network container:long --pid container:long "${ROOT[@]}" ps
step 'join its ipc and uts namespace' '0:' "${RUN[@]}" --rm --ipc container:long --uts container:long "${ROOT[@]}" true
step 'kill -s USR1' '0:' "$PODMAN" kill --signal USR1 long
step 'the signal came' '0:' await says long '^usr1$'
step 'stop' '0:' "$PODMAN" stop long
step 'exit code of the stopped one' '0:^exited 5$' "$PODMAN" inspect --format '{{.State.Status}} {{.State.ExitCode}}' long
step 'start again' '0:^long$' "$PODMAN" start long
step 'restart' '0:' "$PODMAN" restart --time 1 long
step 'kill' '0:' "$PODMAN" kill long
step 'wait' '0:^137$' "$PODMAN" wait long
step 'rm' '0:^long$' "$PODMAN" rm long
step 'create, start -a' '0:^late$' sh -c '"$0" create --cgroup-parent "$1" --name late --network none --rootfs "$2" echo late >/dev/null && "$0" start -a late' "$PODMAN" "/$PARENT" "$WORK/rootfs"
step 'rm -f of a running one' '0:' sh -c '"$@" >/dev/null && "$0" rm -f -t 0 short' "$PODMAN" "${RUN[@]}" -d --name short "${ROOT[@]}" sleep 100

# ---- images, checkpoints -----------------------------------------------------------------------------------------
tar -C "$WORK/rootfs" -cf "$WORK/rootfs.tar" .
step 'import an image' '0:' "$PODMAN" import --signature-policy "$WORK/policy.json" --change 'CMD ["sh"]' "$WORK/rootfs.tar" judge:1
step 'run an image' '0:^imaged$' "${RUN[@]}" --rm judge:1 echo imaged
step 'a container to export' '0:' "${RUN[@]}" --name exported judge:1 touch /exported
step 'export a container' '0:' sh -c '"$0" export --output "$1" exported && tar -tf "$1" | grep -q exported' "$PODMAN" "$WORK/export.tar"
# shellcheck disable=SC2016
COUNT='n=0; while :; do n=$((n + 1)); echo $n > /tmp/count; sleep 0.05; done'
count() { "$PODMAN" exec "$1" cat /tmp/count; }
counts_past() { [ "$(count "$1")" -gt "$2" ]; }
step 'a container to checkpoint' '0:' "${RUN[@]}" -d --name counts judge:1 sh -c "$COUNT"
step 'it counts' '0:' await counts_past counts 5
step 'checkpoint' '0:counts' "$PODMAN" container checkpoint counts
step 'checkpointed: exited' '0:^exited$' "$PODMAN" inspect --format '{{.State.Status}}' counts
step 'restore' '0:counts' "$PODMAN" container restore counts
step 'restored: goes on' '0:' await counts_past counts 6
step 'checkpoint --leave-running' '0:counts' "$PODMAN" container checkpoint --leave-running counts
step 'it runs on' '0:^running$' "$PODMAN" inspect --format '{{.State.Status}}' counts
step 'checkpoint --export' '0:' "$PODMAN" container checkpoint --export "$WORK/counts.tar.gz" --compress gzip counts
step 'rm, restore --import' '0:' sh -c '"$0" rm -f -t 0 counts >/dev/null && "$0" container restore --import "$1"' "$PODMAN" "$WORK/counts.tar.gz"
step 'imported: goes on' '0:' await counts_past counts 7
step 'restore --import --name' '0:' "$PODMAN" container restore --import "$WORK/counts.tar.gz" --name again
# takes a kernel that tells which pages were written since
if PATH=$PATH:$TOOLS/bin criu check --feature mem_dirty_track >/dev/null 2>&1; then
  step 'pre-checkpoint' '0:' "$PODMAN" container checkpoint --pre-checkpoint --export "$WORK/pre.tar.gz" --compress gzip counts
  step 'checkpoint --with-previous' '0:' "$PODMAN" container checkpoint --with-previous --export "$WORK/last.tar.gz" --compress gzip counts
  step 'restore --import-previous' '0:' sh -c '"$0" rm -f -t 0 counts >/dev/null && "$0" container restore --import-previous "$1" --import "$2"' "$PODMAN" "$WORK/pre.tar.gz" "$WORK/last.tar.gz"
fi

# ---- the end -----------------------------------------------------------------------------------------------------
step 'rm --all --force' '0:' "$PODMAN" rm --all --force --time 0
step 'nothing is left' '0:^$' "$PODMAN" ps --all --quiet
no_cgroups() { [ -z "$(find /sys/fs/cgroup -type d -path "*/$PARENT/libpod-*" -print -quit)" ]; }
step 'no cgroup is left' '0:' no_cgroups
no_states() { [ -z "$(find "$RUNTIME.states" -mindepth 1 -maxdepth 1 -type d -not -name '.*' -print -quit)" ]; }
step 'no state is left' '0:' no_states

finish_steps
