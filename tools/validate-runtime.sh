#!/bin/bash
# Judges OCI runtimes by the validation programs of opencontainers/runtime-tools, and prints a table: program by runtime.
#
#   tools/validate-runtime.sh [--only PATTERN] [--logs DIR] [RUNTIME...]
#
# A RUNTIME is ours, runc, crun (those that "./ferry provision --peers" brings) or a program's path; default: all three names. PATTERN, an
# extended regular expression, chooses programs; DIR gets what each of them said. Fails if ours fails a program that another one passes,
# unless it is among the KNOWN ones below.
#
# The sources come from the distribution's source package and are compiled with its Go, once, see tools/judges/common.sh. Takes some
# minutes: many programs wait for ten seconds.
set -uo pipefail
[ "${1:-}" != --help ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0; }

# shellcheck source=tools/judges/common.sh
. "$(dirname "$(readlink -f "$0")")/judges/common.sh"

# Programs that ours need not pass, and why.
declare -A KNOWN=(
  [hooks_stdin]="wants prestart hooks to hear \"created\": ours says \"creating\" as runc does, since create has not ended"
  [linux_mount_label]="wants an SELinux label ignored where there is no SELinux"
  [linux_ns_itype]="wants a container without a mount namespace: its mounts would be the host's"
  [linux_process_apparmor_profile]="wants an AppArmor profile ignored where there is no AppArmor"
  [mounts]="wants the mounts listed in their order, but kernels since 6.8 list them by number, and the trees of bind mounts are numbered first"
  [start]="wants the start of a container that has no process to succeed: runtime.md wants an error"
)

SOURCE=golang-github-opencontainers-runtime-tools
# what the programs import, tap-go aside, which tools/judges/tap.go stands in for
IMPORTS=(golang-github-opencontainers-runtime-tools-dev golang-github-google-uuid-dev golang-github-mrunalp-fileutils-dev golang-github-urfave-cli-dev)

# Fills PLACE with the programs, runtimetest, which they run inside containers, and a root for these.
fill_validation() {
  local build=$PLACE/build here source
  unpack_judge golang-go "${IMPORTS[@]}" || return 1
  here=$build/src/github.com/opencontainers/runtime-tools
  mkdir -p "$here" "$build/src/github.com/mndrix/tap-go"
  cp "$HOME_DIR/tools/judges/tap.go" "$build/src/github.com/mndrix/tap-go/" || return 1
  source=$(fetch_source) && tar -xf "$source" -C "$here" --strip-components=1 || return 1
  say "compiling the validation programs"
  compile runtimetest "$here/cmd/runtimetest" || return 1
  for source in "$here"/validation/*/; do
    source=${source%/}
    [ "${source##*/}" = util ] || compile "programs/${source##*/}" "$source" || return 1
  done
  # one for each processor that there is one for
  cp "$here"/rootfs-*.tar.gz "$PLACE/" || return 1
  rm -rf "$build" "$PLACE/root"
}

# Prints where the source archive is, verified by apt through the signed index of sources.
fetch_source() {
  local dir=$JUDGES/.apt/$SUITE own
  mkdir -p "$dir/source/lists/partial"
  sed 's/^deb /deb-src /' "$dir/sources.list" >"$dir/source/sources.list"
  own=(-o Dir::Etc::sourcelist="$dir/source/sources.list" -o Dir::State="$dir/source")
  (
    cd "$dir/source" &&
      own_apt "$SUITE" apt-get "${own[@]}" update -qq &&
      own_apt "$SUITE" apt-get "${own[@]}" source --download-only --tar-only -qq $SOURCE
  ) >"$dir/source.log" 2>&1 || {
    sed 's/^/    /' "$dir/source.log" >&2
    say "the sources of $SOURCE could not be fetched"
    return 1
  }
  compgen -G "$dir/source/$SOURCE"_*.orig.tar.* | head -n 1
}

# Compiles the package $2 to $1; static, as one of them runs inside containers.
compile() {
  local root=$PLACE/root go
  go=$(compgen -G "$root/usr/lib/go-*/bin/go" | head -n 1)
  GOROOT=${go%/bin/go} GO111MODULE=off GOPATH=$PLACE/build:$root/usr/share/gocode GOCACHE=$PLACE/build/cache GOFLAGS='' CGO_ENABLED=0 GOTOOLCHAIN=local \
    nice "$go" build -o "$PLACE/$1" "$2"
}

clean_up() {
  local script
  for script in "$WORK"/runtimes/*.states; do apart "${script%.states}" clear_states "${script%.states}"; done
  # the parents of a relative cgroupsPath, which are nobody's
  find /sys/fs/cgroup -depth -type d \( -name cgrouptest -o -name testdir \) -exec rmdir {} +
}

# Calls $2... of this script in a mount namespace, with which whatever it mounts goes; one that suits the runtime script $1.
apart() {
  local script=$1
  shift
  # shellcheck disable=SC2016 # the dollars are those of the shell inside
  script=$script WORK=$WORK DEADLINE=$DEADLINE JUDGES=$JUDGES unshare --mount --propagation slave bash -uc '
    eval "$FUNCTIONS"
    case $script in */crun) hide_unified ;; esac
    "$@"' apart "$@"
}

# Becomes program $1 with the runtime script $2.
run_program() {
  cd "$JUDGES/validation" && RUNTIME=$2 TMPDIR=$WORK/tmp exec timeout "$DEADLINE" "programs/$1"
}

# Runs program $1 with the runtime script $2; sets VERDICT and keeps what it said in file $3.
judge() {
  local code=0 bad all skipped
  mkdir -p "$WORK/tmp"
  apart "$2" run_program "$1" "$2" >"$3" 2>&1 </dev/null || code=$?
  apart "$2" clear_states "$2" >>"$3.cleared" 2>&1
  rm -rf --one-file-system "$WORK/tmp"
  bad=$(grep -E '^not ok' "$3" | grep -cv '# TODO')
  all=$(grep -cE '^(not )?ok ' "$3")
  skipped=$(grep -cE '^ok .*# SKIP' "$3")
  if [ $code = 124 ]; then
    VERDICT=late
  elif [ $code != 0 ] || [ "$bad" != 0 ]; then
    VERDICT=FAIL
  elif [ "$all" = 0 ] && grep -q '"error"' "$3"; then
    # some have remarks in place of results
    VERDICT=FAIL
  elif [ "$all" != 0 ] && [ "$skipped" = "$all" ]; then
    VERDICT=skip
  else
    VERDICT=pass
  fi
}

only=. logs=
while [ $# != 0 ]; do
  case $1 in
    --only) only=$2 && shift 2 ;;
    --logs) logs=$(readlink -f "$2") && shift 2 ;;
    -*) echo "unknown: $1" >&2 && exit 2 ;;
    *) break ;;
  esac
done
[ $# != 0 ] || set -- runc crun ours

begin_trial "$0"
[ -n "$logs" ] || logs=$WORK/logs
case " $* " in *' ours '*) build_ours ;; esac
provide_judge validation fill_validation
FUNCTIONS=$(declare -f hide_unified clear_states run_program)
export FUNCTIONS
mkdir -p "$WORK/runtimes"
names=()
for runtime; do
  name=${runtime##*/}
  names+=("$name")
  runtime_script "$runtime" "$WORK/runtimes/$name"
  mkdir -p "$logs/$name"
done

printf '%-34s' program
printf ' %-6s' "${names[@]}"
printf '\n'
failures=0
for program in "$JUDGES/validation/programs"/*; do
  program=${program##*/}
  grep -Eq "$only" <<<"$program" || continue
  printf '%-34s' "$program"
  passed_by='' our=''
  for name in "${names[@]}"; do
    judge "$program" "$WORK/runtimes/$name" "$logs/$name/$program"
    printf ' %-6s' "$VERDICT"
    if [ "$name" = ours ]; then our=$VERDICT; elif [ "$VERDICT" = pass ]; then passed_by+=" $name"; fi
  done
  case $our in
    FAIL | late)
      if [ -n "${KNOWN[$program]:-}" ]; then
        printf ' known: %s' "${KNOWN[$program]}"
      elif [ -n "$passed_by" ]; then
        printf ' ours fails what%s passes' "$passed_by"
        failures=$((failures + 1))
      fi
      ;;
  esac
  printf '\n'
done
printf '\n%d program(s) that ours alone fails\n' "$failures"
[ "$failures" = 0 ]
