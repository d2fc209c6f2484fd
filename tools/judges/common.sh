# shellcheck shell=bash
# What the trials of the OCI runtime by outside judges share. Sourced by tools/validate-runtime.sh, tools/try-podman.sh,
# tools/try-containerd.sh and tools/try-systemd.sh.
#
# Each judge is unpacked once, from the distribution's own newer releases by the functions of tools/provision.sh, below
#
#   FERRY_JUDGES    default: judges/ in the directory of Ferry's tools
#
# Nothing of the host is installed or configured. A trial's own files lie in a temporary directory that goes with it; KEEP=1 leaves it.

# Sets HOME_DIR, TOOLS (Ferry's own), JUDGES, STARTED_IN and WORK, the trial's own directory, and goes there; $1 is the script.
begin_trial() {
  # shellcheck source=/dev/null
  . "$(dirname "$(readlink -f "$1")")/../ferry"
  locate_home "$(dirname "$(readlink -f "$1")")/../ferry"
  locate_tools
  load_provisioning
  [ "$EUID" = 0 ] || die "${1##*/} makes containers, which takes root"
  export FERRY_TOOLS=$TOOLS
  JUDGES=${FERRY_JUDGES:-$TOOLS/judges}
  OURS=$HOME_DIR/tools/ferry-runtime
  WORK=$(mktemp -d)
  DEADLINE=${DEADLINE:-60}
  STARTED_IN=$PWD
  cd "$WORK" || exit # conmon leaves files where it is started
  trap 'end_trial' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# Calls clean_up of the script, which ends what it started, then removes the trial's files.
end_trial() {
  local code=$?
  clean_up >>"$WORK/clean-up.log" 2>&1
  if [ -n "${KEEP:-}" ]; then
    say "the trial's files stay in $WORK"
  else
    # never across a mount that somebody left
    rm -rf --one-file-system "$WORK"
  fi
  exit $code
}

# The runtime of this clone, built before the first judge waits for it.
build_ours() { "$OURS" --version >/dev/null || die "tools/ferry-runtime does not run"; }

# A script at $2 that is runtime $1 (ours, runc, crun or a path) with states of its own in $2.states.
runtime_script() {
  local program
  case $1 in
    ours) program=$OURS ;;
    runc | crun)
      read -r program <"$TOOLS/peers/$1/command" || die "$1 is not there; ./ferry provision --peers brings it"
      ;;
    # its name may tell it what it is
    *) program=$(cd "$STARTED_IN" && realpath --no-symlinks "$1") && [ -x "$program" ] || die "\"$1\" is no program" ;;
  esac
  mkdir -p "$2.states"
  printf '#!/bin/sh\nexec %q --root %q "$@"\n' "$program" "$2.states" >"$2"
  chmod 755 "$2"
}

# crun refuses a host whose version 1 control groups stand beside a version 2 hierarchy that has controllers too, although it uses only the
# former: it is to be called in a mount namespace without the latter.
hide_unified() {
  local at=/sys/fs/cgroup/unified controllers=''
  [ ! -e $at/cgroup.controllers ] || read -r controllers <$at/cgroup.controllers
  [ -z "$controllers" ] || umount $at
}

# runc and crun have CRIU lock the network by iptables, which few hosts have; where there is none, containers without a network do without
# the lock: prints a directory for PATH.
without_iptables() {
  local program
  mkdir -p "$WORK/no-lock"
  for program in iptables-restore ip6tables-restore; do
    command -v $program >/dev/null || printf '#!/bin/sh\nexec cat >/dev/null\n' >"$WORK/no-lock/$program"
  done
  chmod -R 755 "$WORK/no-lock"
  echo "$WORK/no-lock"
}

# Ends and removes all containers of runtime script $1.
clear_states() {
  local id
  for id in "$1.states"/*/; do
    [ ! -d "$id" ] || timeout "$DEADLINE" "$1" delete --force "$(basename "$id")"
  done
}

# Runs the function $2 that fills the directory $JUDGES/$1, once; the function finds it as $PLACE, empty.
provide_judge() {
  local name=$1 fill=$2 code=0
  [ -e "$JUDGES/$name/complete" ] && return 0
  may_provision "$name" || die "$name is not there, and nothing is fetched"
  # shellcheck disable=SC2030 # only for what is done here
  (
    TOOLS=$JUDGES # of provision.sh
    provision_lock
    [ ! -e "$JUDGES/$name/complete" ] || exit 0
    PLACE=$JUDGES/$name
    rm -rf "$PLACE" && mkdir -p "$PLACE" && "$fill" && touch "$PLACE/complete" || code=1
    provision_unlock $code
    exit $code
  ) || die "$name could not be provided"
}

# Unpacks the packages $@ and what they need into $PLACE/root, from the stablest suite that has the first of them.
unpack_judge() {
  local suite
  for suite in $(newer_suites); do
    prepare_own_apt "$suite" || continue
    [ -n "$(version_in_suite "$suite" "$1")" ] || continue
    unpack_closure "$suite" "$PLACE/root" "$@" || continue
    version_in_suite "$suite" "$1" >"$PLACE/version"
    SUITE=$suite
    return 0
  done
  say "no suite offers $1"
  return 1
}

# Makes those of the programs $@ in the tree $PLACE/root run that need a newer C library than the host's.
make_them_run() {
  local program
  for program; do
    runs "$PLACE/root$program" || bind_to_own_libraries "$PLACE/root" "$PLACE/root$program"
    runs "$PLACE/root$program" || {
      say "$program does not run here"
      return 1
    }
  done
}

# some know one of the two
runs() { "$1" --version >/dev/null 2>&1 || "$1" -v >/dev/null 2>&1; }

# A root file system $1 of the host's static busybox.
make_root() {
  local busybox
  busybox=$(PATH=$PATH:$TOOLS/bin command -v busybox) || die "no busybox; ./ferry provision brings one"
  mkdir -p "$1"/{bin,dev,proc,sys,tmp,etc,root} && cp "$busybox" "$1/bin/busybox" || return 1
  "$1/bin/busybox" --list | grep -vx busybox | while read -r applet; do ln -s busybox "$1/bin/$applet"; done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
  echo 'root:x:0:' >"$1/etc/group"
}

# ---- steps and their table ---------------------------------------------------------------------------------------

RESULTS=()
FAILED=0

# step NAME EXPECTATION COMMAND...: runs it, a program or a function. EXPECTATION is the exit code, a colon and a pattern (extended, in any case, may be empty) that its
# output has to match. The output stays in OUTPUT.
step() {
  local name=$1 code=${2%%:*} pattern=${2#*:} got=0 verdict=passed why=''
  shift 2
  if declare -F "$1" >/dev/null; then
    OUTPUT=$("$@" 2>&1 </dev/null) || got=$?
  else
    OUTPUT=$(timeout "$DEADLINE" "$@" 2>&1 </dev/null) || got=$?
  fi
  if [ "$got" != "$code" ]; then
    verdict=FAILED why="exit code $got, expected $code: $(tail -n 1 <<<"$OUTPUT")"
  elif [ -n "$pattern" ] && ! grep -Eiq "$pattern" <<<"$OUTPUT"; then
    verdict=FAILED why="no \"$pattern\" in: $(tail -n 1 <<<"$OUTPUT")"
  fi
  { printf '=== %s: %s\n%s\n' "$name" "$*" "$OUTPUT"; } >>"$WORK/steps.log"
  [ $verdict = passed ] || FAILED=$((FAILED + 1))
  RESULTS+=("$name|$verdict|$why")
  printf '%-40s %s%s\n' "$name" $verdict "${why:+  ($why)}"
  [ $verdict = passed ]
}

# The same for a step without which nothing else is worth trying.
first_step() {
  step "$@" || {
    finish_steps
    exit 1
  }
}

# Waits until the command $@ succeeds; fails after DEADLINE.
await() {
  local until=$((SECONDS + DEADLINE))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.1 # between two looks
  done
}

# The sum; fails if a step did.
finish_steps() {
  printf '\n%d steps, %d failed\n' ${#RESULTS[@]} $FAILED
  [ $FAILED = 0 ]
}
