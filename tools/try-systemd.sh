#!/bin/bash
# Puts an OCI runtime's systemd cgroup driver before a real systemd: scopes, their properties and limits, update, reload, end.
#
#   tools/try-systemd.sh [RUNTIME]       ours (default), runc, or a program's path: to know who is wrong
#
# systemd and dbus are unpacked once, see tools/judges/common.sh. systemd is the first process in namespaces of its own, and of each
# hierarchy of control groups it has a cgroup that is made for it; kernel settings and the host's devices are out of its reach. All of it ends
# with the script. Fails if a step does.
set -uo pipefail
[ "${1:-}" != --help ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0; }

# shellcheck source=tools/judges/common.sh
. "$(dirname "$(readlink -f "$0")")/judges/common.sh"

fill_systemd() { unpack_judge systemd dbus-daemon bash coreutils util-linux mount grep sed procps findutils; }

# A cgroup in every hierarchy that is mounted, and this script inside.
enter_cgroups() {
  local at
  for at in $(awk '$3 ~ /^cgroup2?$/ {print $2}' /proc/mounts); do
    mkdir "$at/$PARENT" || return 1
    CGROUPS+=("$at/$PARENT")
    # a new one is empty and takes nobody
    [ ! -e "$at/cpuset.cpus" ] || { cat "$at/cpuset.cpus" >"$at/$PARENT/cpuset.cpus" && cat "$at/cpuset.mems" >"$at/$PARENT/cpuset.mems"; }
  done 2>/dev/null
  for at in "${CGROUPS[@]}"; do echo "$1" >"$at/cgroup.procs" || return 1; done
}

# The root that systemd has: its own tree, below a file system in memory, with this host's JDK, runtimes and trial at their places.
configure() {
  local root=$WORK/root unpacked=$JUDGES/systemd/root jdk unit
  read -r jdk <"$APP/java"
  mkdir -p "$root" "$WORK/units"
  cat >"$WORK/units/trial.target" <<'UNIT'
[Unit]
Description=what the trial needs
DefaultDependencies=no
Wants=dbus.service
UNIT
  cat >"$WORK/system.conf" <<'CONF'
<busconfig>
  <type>system</type>
  <auth>EXTERNAL</auth>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy>
</busconfig>
CONF
  # systemd looks for the bus when both of these are there
  cat >"$WORK/units/dbus.socket" <<'UNIT'
[Unit]
Description=where the bus is
DefaultDependencies=no
[Socket]
ListenStream=/run/dbus/system_bus_socket
UNIT
  cat >"$WORK/units/dbus.service" <<UNIT
[Unit]
Description=the bus
DefaultDependencies=no
Requires=dbus.socket
[Service]
Type=notify
ExecStart=/usr/bin/dbus-daemon --config-file=$WORK/system.conf --address=systemd: --nofork --nopidfile --systemd-activation
ExecReload=/bin/true
UNIT
  cat >"$WORK/start" <<START
#!/bin/bash
set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=755 root "$root"
cd "$root"
mkdir -p etc/systemd/system run tmp var/tmp proc sys dev usr .upper .work
mount -t overlay -o "lowerdir=$unpacked/usr,upperdir=$root/.upper,workdir=$root/.work" overlay usr
ln -s usr/bin usr/sbin usr/lib usr/lib64 .
[ -e bin/sh ] || ln -s bash usr/bin/sh
cp -a "$unpacked/etc/." etc/
printf 'root:x:0:0::/root:/bin/sh\nmessagebus:x:100:100::/:/bin/false\n' >etc/passwd
printf 'root:x:0:\nmessagebus:x:100:\n' >etc/group
echo 0123456789abcdef0123456789abcdef >etc/machine-id
# none of the units that its packages bring: some of them would look after the host
mount --bind "$WORK/units" usr/lib/systemd/system
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup2 sys/fs/cgroup
else
  mount -t tmpfs -o mode=755 cgroup sys/fs/cgroup
  for at in \$(awk '\$3 ~ /^cgroup2?\$/ {print \$2}' /proc/mounts | grep ^/sys/fs/cgroup/); do
    mkdir "\${at#/}"
    options=\$(awk -v at="\$at" '\$2 == at && \$3 == "cgroup" {print \$4}' /proc/mounts | tr , '\n' | grep -vxE 'rw|ro|nosuid|nodev|noexec|relatime|xattr|release_agent=.*|clone_children' | paste -sd,)
    case \$options in
      '') mount -t cgroup2 cgroup2 "\${at#/}" ;;
      name=*) mount -t cgroup -o "none,\$options" cgroup "\${at#/}" ;;
      *) mount -t cgroup -o "\$options" cgroup "\${at#/}" ;;
    esac
  done
fi
mount -t tmpfs -o mode=755 dev dev
for node in null zero full random urandom tty; do mknod -m 666 dev/\$node c \$(stat -c '0x%t 0x%T' /dev/\$node); done
mkdir dev/pts dev/shm
touch dev/console "$WORK/console"
mount --bind "$WORK/console" dev/console
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=755 run run
mkdir run/dbus
mount -t tmpfs -o mode=1777 tmp tmp
for place in "$HOME_DIR" "$TOOLS" "$jdk" "$WORK"; do
  mkdir -p ".\$place"
  mount --bind "\$place" ".\$place"
done
mkdir old
pivot_root . old
umount -l old
# the kernel's command line, where systemd looks for words to it; its own is one in namespaces
exec env -i container=ferry-trial PATH=/usr/sbin:/usr/bin /usr/lib/systemd/systemd SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 --unit=trial.target --log-target=console --show-status=no
START
  chmod 755 "$WORK/start"
  # this script stays outside
  (
    enter_cgroups "$BASHPID" || exit 1
    exec unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child "$WORK/start"
  ) >"$WORK/systemd.log" 2>&1 </dev/null &
  UNSHARE=$!
  await has_bus || {
    tail -n 5 "$WORK/systemd.log" "$WORK/console" >&2
    die "systemd does not come up"
  }
}

first_process() { INIT=$(pgrep -P "$UNSHARE") && [ -n "$INIT" ]; }
has_bus() { first_process && inside busctl status org.freedesktop.systemd1; }
inside() { nsenter --target "$INIT" --all env -i PATH=/usr/sbin:/usr/bin LANG=C.UTF-8 FERRY_TOOLS="$TOOLS" FERRY_NO_PROVISION=1 "$@"; }

clean_up() {
  local at
  [ -z "$UNSHARE" ] || { first_process && kill -KILL "$INIT"; wait "$UNSHARE"; }
  for at in $(awk '$3 ~ /^cgroup2?$/ {print $2}' /proc/mounts); do
    [ ! -d "$at/$PARENT" ] || find "$at/$PARENT" -depth -type d -exec rmdir {} +
  done
}

begin_trial "$0"
PARENT=ferry-${WORK##*/} UNSHARE='' INIT='' CGROUPS=() RUNTIME=$WORK/bin/runtime-of-trial APP=$HOME_DIR/target/ferry/current
mkdir -p "$WORK/bin" "$WORK/bundle"
build_ours
runtime_script "${1:-ours}" "$RUNTIME"
provide_judge systemd fill_systemd
make_root "$WORK/bundle/rootfs"
configure

# bundle SCRIPT [ANNOTATION...]: a configuration for a shell, in a slice below another
bundle() {
  rm -f "$WORK/bundle/config.json"
  "$OURS" spec --bundle "$WORK/bundle" || return 1
  # as callers write it; the trial's host may not have more limits to give
  sed -i -e "s|\"sh\"|\"/bin/sh\", \"-c\", \"$1\"|" \
    -e 's|"linux" : {|"annotations" : { "org.systemd.property.CollectMode" : "'"'inactive-or-failed'"'", "org.systemd.property.TimeoutStopSec" : "uint64 7" '"${2:-}"' }, "linux" : { "cgroupsPath" : "ferry-trial.slice:judge:c", |' \
    -e 's|"resources" : {|"resources" : { "memory" : { "limit" : 67108864 }, "pids" : { "limit" : 50 }, "cpu" : { "shares" : 512, "quota" : 25000, "period" : 50000 }, |' \
    "$WORK/bundle/config.json"
}
run() { inside timeout "$DEADLINE" "$RUNTIME" --systemd-cgroup "$@" </dev/null; }
create() { run create --bundle "$WORK/bundle" c >"$WORK/out" 2>&1 || { cat "$WORK/out" && false; }; }
unit() { inside systemctl show judge-c.scope --property "$1"; }
memory() { inside sh -c 'cat /sys/fs/cgroup/memory/ferry.slice/ferry-trial.slice/judge-c.scope/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/ferry.slice/ferry-trial.slice/judge-c.scope/memory.max'; }
has_status() { run state c | grep -q "\"status\" *: *\"$1\""; }
no_units() { [ -z "$(inside systemctl list-units 'judge-*' --all --no-legend --plain)" ]; }
no_cgroups() { [ -z "$(inside find /sys/fs/cgroup -name 'judge-*' -print -quit)" ]; }
no_states() { [ -z "$(find "$RUNTIME.states" -mindepth 1 -maxdepth 1 -type d -not -name '.*' -print -quit)" ]; }
nothing_left() {
  step "$1: no unit is left" '0:' await no_units
  step "$1: no cgroup is left" '0:' no_cgroups
  step "$1: no state is left" '0:' no_states
}
# by_private_socket COMMAND...: without the bus; systemd's own is asked then
by_private_socket() {
  inside mv /run/dbus/system_bus_socket /run/dbus/aside || return 1
  local code=0
  "$@" || code=$?
  inside mv /run/dbus/aside /run/dbus/system_bus_socket
  return $code
}

LONG='trap "exit 3" TERM; cat /proc/self/cgroup; while :; do sleep 0.1; done'
LONG=${LONG//\"/\\\\\"}
step 'systemd answers' '0:^PID=1$' inside busctl status org.freedesktop.systemd1
step 'a bundle' '0:' bundle "$LONG"
first_step 'create' '0:' create
step 'created' '0:' has_status created
step 'start' '0:' run start c
step 'running' '0:' has_status running
step 'the scope is active' '0:^ActiveState=active' unit ActiveState
step 'its slice' '0:^Slice=ferry-trial.slice$' unit Slice
step 'its cgroup' '0:^ControlGroup=/ferry.slice/ferry-trial.slice/judge-c.scope$' unit ControlGroup
step 'it is delegated' '0:^Delegate=yes$' unit Delegate
step 'no dependencies' '0:^DefaultDependencies=no$' unit DefaultDependencies
step 'tasks' '0:^TasksMax=50$' unit TasksMax
step 'quota' '0:^CPUQuotaPerSecUSec=500ms$' unit CPUQuotaPerSecUSec
step 'period' '0:^CPUQuotaPeriodUSec=50ms$' unit CPUQuotaPeriodUSec
step 'devices' '0:^DevicePolicy=strict$' unit DevicePolicy
step 'annotation' '0:^CollectMode=inactive-or-failed$' unit CollectMode
step 'annotation in seconds' '0:^TimeoutStopUSec=7s$' unit TimeoutStopUSec
step 'memory in the kernel' '0:^67108864$' memory
step 'exec' '0:judge|^[0-9]+:.*:/$' run exec c /bin/cat /proc/self/cgroup
step 'update' '0:' run update --memory 134217728 --pids-limit 60 --cpu-quota 30000 c
step 'updated: memory in the kernel' '0:^134217728$' memory
step 'updated: tasks' '0:^TasksMax=60$' unit TasksMax
step 'updated: quota' '0:^CPUQuotaPerSecUSec=600ms$' unit CPUQuotaPerSecUSec
step 'daemon-reload' '0:' inside systemctl daemon-reload
step 'reloaded: memory is kept' '0:^134217728$' memory
step 'reloaded: devices are kept' '0:^in$' run exec c /bin/sh -c 'echo in >/dev/null && echo in'
step 'pause' '0:' run pause c
step 'paused' '0:' has_status paused
step 'resume' '0:' run resume c
step 'resumed' '0:' has_status running
step 'kill' '0:' run kill c TERM
step 'stopped' '0:' await has_status stopped
step 'delete' '0:' run delete c
nothing_left 'delete'

step 'create another' '0:' create
step 'delete --force' '0:' run delete --force c
nothing_left 'delete --force'
step 'a unit that has failed is replaced' '0:' inside sh -c 'systemd-run --quiet --unit judge-c.scope --scope --slice ferry-trial.slice false || :'
step 'create it' '0:' create
step 'start it' '0:' run start c
step 'systemctl stop' '0:' inside systemctl stop judge-c.scope
step 'stopped by systemd' '0:' await has_status stopped
step 'delete what systemd has stopped' '0:' run delete c
nothing_left 'systemctl stop'

step 'no bus: create' '0:' by_private_socket create
step 'no bus: delete --force' '0:' by_private_socket run delete --force c
nothing_left 'no bus'

step 'a bundle that systemd refuses' '0:' bundle : ', "org.systemd.property.NoSuchThing" : "true"'
step 'refused' '1:NoSuchThing' create
nothing_left 'refused'
step 'a bundle that runs to its end' '0:' bundle ':'
rounds() { for round in 1 2 3 4 5; do run run --bundle "$WORK/bundle" c || return; done >"$WORK/out"; }
step 'run to the end, five times' '0:' rounds
nothing_left 'run to the end'

finish_steps
