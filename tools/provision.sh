# shellcheck shell=bash
# Fetches what Ferry needs and this machine lacks. Sourced by ./ferry, which provides say and die, the
# search for a JDK and Maven, and the variables HOME_DIR (the repository) and TOOLS (the private prefix).
#
# Two sources, in this order:
#   1. the distribution, when its package is new enough: a plain "apt-get install", as root only;
#   2. a private prefix: packages of a newer release, chosen and verified by apt with directories of its own,
#      unpacked under $TOOLS with their own loader and libraries. Nothing of the host is replaced or configured.
#
# Layout of the prefix:
#   criu/root          the unpacked packages         criu/command   how to start it: one argument per line
#   bin/criu           the same for a human          peers/NAME/    like criu/, for the benchmarks
#   qemu-aarch64/      like criu/, for tests, without a root of its own
#   java/, maven/      like criu/, only where the distribution's are missing or too old; jdk leads into java/
#   .apt/SUITE/        apt's own directories for that suite; may be deleted at any time

CRIU_LEAST=4.1 # the oldest CRIU the bridge was tried with
CRIU_ENOUGH=$CRIU_LEAST # what is looked for at the moment

# The oldest that does everything under kernel $1: before 4.2 none can save network sockets under Linux 6.16, for it asks them all for SO_PASSCRED.
criu_wanted() { if at_least "${1%%-*}" 6.16; then echo 4.2; else echo $CRIU_LEAST; fi; }

# ---- which distribution, which mirror ------------------------------------------------------------------------

# The distribution's id as in os-release: debian, ubuntu, fedora...
distribution() {
  # shellcheck source=/dev/null
  (. /etc/os-release 2>/dev/null && printf '%s\n' "${ID:-unknown}") || echo unknown
}

have_apt() {
  case $(distribution) in
    debian | ubuntu) command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ;;
    *) return 1 ;;
  esac
}

# Suites of the same archive that are newer than any release this script may meet, stablest first.
newer_suites() {
  case $(distribution) in
    debian) echo trixie sid ;;
    ubuntu) echo devel ;;
  esac
}

components() { if [ "$(distribution)" = ubuntu ]; then echo main universe; else echo main; fi; }

# The archive URI apt itself is configured with: what it has indexes of, else what its source lists name.
archive_uri() {
  local id label uri
  id=$(distribution)
  label=${id^}
  # shellcheck disable=SC2016 # the dollar is apt's
  uri=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Origin: $label" "Label: $label" 2>/dev/null | head -n 1)
  [ -n "$uri" ] || uri=$(uris_of_source_lists /etc/apt | grep -E "/$id/?$" | head -n 1)
  [ -n "$uri" ] || return 1
  printf '%s\n' "${uri%/}"
}

# All URIs in apt's source lists below directory $1, one-line and deb822 form.
uris_of_source_lists() {
  local file
  for file in "$1"/sources.list "$1"/sources.list.d/*.list; do
    [ -r "$file" ] && sed -nE 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' "$file"
  done
  for file in "$1"/sources.list.d/*.sources; do
    [ -r "$file" ] && sed -nE 's/^URIs:[[:space:]]*//p' "$file" | tr -s '[:space:]' '\n'
  done
  return 0
}

# ---- an apt of our own ---------------------------------------------------------------------------------------

# apt-get or apt-cache ($2...) seeing only suite $1 of the archive, with state and cache of its own.
# It keeps the host's acquire settings (proxy, certificates, transports) and drops its hooks, pins and sources.
own_apt() {
  local suite=$1
  shift
  APT_CONFIG=$TOOLS/.apt/$suite/apt.conf "$@"
}

prepare_own_apt() {
  local suite=$1 dir=$TOOLS/.apt/$1 id uri keyring
  [ -e "$dir/ready" ] && [ -z "$(find "$dir/ready" -mmin +720)" ] && return
  id=$(distribution)
  uri=$(archive_uri) || {
    say "apt names no $id archive in its source lists"
    return 1
  }
  mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial" "$dir/empty/partial"
  : >"$dir/status"
  keyring=/usr/share/keyrings/$id-archive-keyring.gpg
  [ -r "$keyring" ] && keyring="[signed-by=$keyring] " || keyring=
  printf 'deb %s%s %s %s\n' "$keyring" "$uri" "$suite" "$(components)" >"$dir/sources.list"
  {
    apt-config dump | grep -E '^Acquire::' | grep -vE '::IndexTargets|Insecure|Weak|Languages|GzipIndexes'
    cat <<CONF
Dir::Etc::parts "/dev/null";
Dir::Etc::main "/dev/null";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$dir/state";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
Dir::Log "$dir";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Cmd::Disable-Script-Warning "true";
CONF
  } >"$dir/apt.conf"
  say "reading the package index of $suite from $uri"
  own_apt "$suite" apt-get update -qq -o APT::Update::Error-Mode=any >"$dir/update.log" 2>&1 || {
    sed 's/^/    /' "$dir/update.log" >&2
    say "the package index of $suite could not be read"
    return 1
  }
  touch "$dir/ready"
}

# Version of package $2 that suite $1 offers; nothing if it has none.
version_in_suite() {
  own_apt "$1" apt-cache policy "$2" 2>/dev/null | sed -nE 's/^ +Candidate: ([^(].*)/\1/p'
}

# Fetches the host's own package index where there is none, as in a fresh container image.
read_host_index() {
  [ "$EUID" = 0 ] && [ -z "$(apt-get indextargets 'Created-By: Packages')" ] || return 0
  say "apt-get update"
  apt-get update -qq >&2
}

# Version of package $1 that the host's own apt would install; nothing if none.
version_in_distribution() {
  read_host_index
  LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -nE 's/^ +Candidate: ([^(].*)/\1/p'
}

# Fetches packages $2... of suite $1 and all they depend on; prints the files' paths.
fetch_closure() {
  local suite=$1 dir=$TOOLS/.apt/$1 urls
  shift
  # asked with an empty archive directory, as apt leaves out what an earlier, perhaps interrupted, run has fetched
  urls=$(own_apt "$suite" apt-get -o Dir::Cache::archives="$dir/empty" install --print-uris -y -qq "$@" 2>"$dir/resolve.log" | grep "^'") || {
    sed 's/^/    /' "$dir/resolve.log" >&2
    say "apt finds no way to $* in $suite"
    return 1
  }
  say "fetching $* of $suite: $(wc -l <<<"$urls") packages, $(awk '{s+=$3} END {printf "%.0f MB", s/1e6}' <<<"$urls"), signatures checked by apt"
  own_apt "$suite" apt-get install --download-only -y -qq "$@" >"$dir/download.log" 2>&1 || {
    tail -n 5 "$dir/download.log" | sed 's/^/    /' >&2
    say "the download from $suite failed"
    return 1
  }
  awk '{print $2}' <<<"$urls" | sed "s|^|$dir/cache/archives/|"
}

# Unpacks packages $3... of suite $1 and all they depend on into the new directory $2.
unpack_closure() {
  local suite=$1 into=$2 archive archives
  shift 2
  archives=$(fetch_closure "$suite" "$@") || return 1
  mkdir -p "$into"
  printf '%s\n' "$archives" | while read -r archive; do
    dpkg-deb -x "$archive" "$into" || exit 1
  done || {
    say "a package of $suite could not be unpacked into $into (is the disk full?)"
    return 1
  }
  relink "$into"
}

# Absolute links inside an unpacked tree lead to the host: make those lead back into the tree that can.
relink() {
  local root=$1 link target up
  find "$root" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
    target=$(readlink "$link")
    [ -e "$root$target" ] || [ -L "$root$target" ] || continue
    up=${link#"$root"/}
    up=${up//[!\/]/}
    ln -sfn "$(printf '%*s' ${#up} '' | sed 's| |../|g')${target#/}" "$link"
  done
}

# The dynamic loader and the library directories in an unpacked tree $1.
loader_of() { { compgen -G "$1/usr/lib/*/ld-linux*.so.*" || compgen -G "$1/lib/*/ld-linux*.so.*"; } | head -n 1; }
libraries_of() {
  local dir list=
  for dir in "$1"/usr/lib/*-linux-gnu* "$1"/lib/*-linux-gnu*; do
    [ -d "$dir" ] && [ ! -L "${dir%/*}" ] && list+=${list:+:}$dir
  done
  printf '%s\n' "$list"
}

# Argument lines that start program $2 of the tree $1.
command_lines() {
  printf '%s\n' "$(loader_of "$1")" --library-path "$(libraries_of "$1")" "$1$2"
}

# Makes the programs and libraries $2... use the loader and the libraries of the tree $1. "ld.so program" would not do
# for the JDK, runc and crun: they start themselves again or find their files through /proc/self/exe.
bind_to_own_libraries() {
  local root=$1 loader libraries file own patchelf
  shift
  loader=$(loader_of "$root")
  libraries=$(libraries_of "$root")
  patchelf=("$loader" --library-path "$libraries" "$root/usr/bin/patchelf")
  for file; do
    own=$("${patchelf[@]}" --print-rpath "$file" 2>/dev/null) || continue # no ELF file
    "${patchelf[@]}" --force-rpath --set-rpath "${own:+$own:}$libraries" "$file"
    if "${patchelf[@]}" --print-interpreter "$file" >/dev/null 2>&1; then
      "${patchelf[@]}" --set-interpreter "$loader" "$file"
    fi
  done
}

# Moves the finished directory $1 to its place $2 in one step; what was there goes away afterwards.
put_in_place() {
  local old=
  if [ -e "$2" ]; then
    old=$(mktemp -d "$TOOLS/.old.XXXXXX")
    mv -T "$2" "$old/was" || return 1
  fi
  mv -T "$1" "$2" || return 1
  [ -z "$old" ] || rm -rf "$old"
}

# Unpacks program $3 (package $2 of suite $1) as $TOOLS/$4, if the check $5 (called with the argument lines) agrees.
private_program() {
  local suite=$1 package=$2 program=$3 place=$4 check=$5 stage
  stage=$(mktemp -d "$TOOLS/.new.XXXXXX") || return 1
  chmod 755 "$stage"
  unpack_closure "$suite" "$stage/root" "$package" || {
    rm -rf "$stage"
    return 1
  }
  [ -x "$stage/root$program" ] || program=${program/sbin/bin}
  mapfile -t COMMAND < <(command_lines "$stage/root" "$program")
  "$check" || {
    rm -rf "$stage"
    return 1
  }
  command_lines "$stage/root" "$program" | sed "s|$stage|$TOOLS/$place|g" >"$stage/command"
  version_in_suite "$suite" "$package" >"$stage/version"
  mkdir -p "$(dirname "$TOOLS/$place")"
  put_in_place "$stage" "$TOOLS/$place" || return 1
  wrapper "$place"
}

# A script under bin/ for people: what "command" says to the engine.
wrapper() {
  local line text="exec"
  while IFS= read -r line; do text+=" $(printf '%q' "$line")"; done <"$TOOLS/$1/command"
  executable "${1##*/}" <<<"$text \"\$@\""
}

# Makes standard input a bash script bin/$1.
executable() {
  mkdir -p "$TOOLS/bin"
  { echo '#!/bin/bash' && cat; } >"$TOOLS/bin/.$1"
  chmod 755 "$TOOLS/bin/.$1"
  mv -f "$TOOLS/bin/.$1" "$TOOLS/bin/$1"
}

# ---- the single tools ----------------------------------------------------------------------------------------

at_least() { dpkg --compare-versions "$1" ge "$2"; }

# Is COMMAND a CRIU of at least version CRIU_ENOUGH, and content with this kernel? Without root only the version can be told.
criu_works() {
  local version
  version=$("${COMMAND[@]}" --version 2>/dev/null | sed -nE 's/^Version: ([0-9.]+).*/\1/p')
  at_least "${version:-0}" "$CRIU_ENOUGH" || {
    CRIU_PROBLEM="version ${version:-unknown}, older than $CRIU_ENOUGH"
    return 1
  }
  [ "$EUID" != 0 ] || criu_is_content
}

criu_is_content() {
  local answer
  answer=$("${COMMAND[@]}" check 2>&1) || {
    CRIU_PROBLEM="\"criu check\" refuses this kernel: $(grep -m 1 Error <<<"$answer")"
    return 1
  }
}

# The CRIU that the engine will find (the same order as in the engine): FERRY_CRIU, the private one, PATH.
find_criu() {
  COMMAND=()
  if [ -n "${FERRY_CRIU:-}" ]; then
    COMMAND=("$FERRY_CRIU")
  elif [ -r "$TOOLS/criu/command" ]; then
    mapfile -t COMMAND <"$TOOLS/criu/command"
  elif command -v criu >/dev/null; then
    COMMAND=("$(command -v criu)")
  else
    CRIU_PROBLEM="not installed"
    return 1
  fi
  criu_works
}

provide_criu() {
  local wanted
  wanted=$(criu_wanted "$(uname -r)")
  CRIU_ENOUGH=$wanted
  find_criu && return 0
  say "CRIU: $CRIU_PROBLEM"
  if may_provision criu; then
    bring_criu && return 0
    by_hand criu
  fi
  # what there is does all but network sockets
  [ "$wanted" != $CRIU_LEAST ] || return 1
  CRIU_ENOUGH=$CRIU_LEAST
  find_criu || { may_provision criu && bring_criu; } || return 1
  say "CRIU: this one cannot save network sockets under this kernel, $wanted could"
}

# Brings one that is CRIU_ENOUGH.
bring_criu() {
  local suite version
  version=$(version_in_distribution criu)
  if at_least "${version:-0}" "$CRIU_ENOUGH" && [ "$EUID" = 0 ] && install_packages criu; then
    find_criu && return 0
    say "CRIU of the distribution: $CRIU_PROBLEM"
  fi
  for suite in $(newer_suites); do
    prepare_own_apt "$suite" || continue
    version=$(version_in_suite "$suite" criu)
    at_least "${version:-0}" "$CRIU_ENOUGH" || continue
    if private_program "$suite" criu /usr/sbin/criu criu criu_works; then
      say "CRIU $version is in $TOOLS/criu ($TOOLS/bin/criu starts it)"
      find_criu
      return
    fi
    say "CRIU of $suite: ${CRIU_PROBLEM:-not usable}"
  done
  return 1
}

# Installs packages of the host's own distribution.
install_packages() {
  read_host_index
  say "apt-get install --no-install-recommends $*"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$TOOLS/.install.log" 2>&1 || {
    tail -n 5 "$TOOLS/.install.log" | sed 's/^/    /' >&2
    say "apt-get could not install $* (whole output: $TOOLS/.install.log)"
    return 1
  }
}

# ---- Java and Maven ------------------------------------------------------------------------------------------

provide_jdk() {
  say "no JDK $JDK_LEAST or newer found${JDK_REFUSED:+ (too old: $JDK_REFUSED)}"
  may_provision_first jdk || exit 125
  provision_lock
  jdk_directories
  find_jdk || install_jdk || private_jdk || { not_fetched jdk && exit 125; }
  provision_unlock
}

install_jdk() {
  local version
  [ "$EUID" = 0 ] || return 1
  for version in "$JDK_PREFERRED" $(offered_jdks); do
    [ -n "$(version_in_distribution "openjdk-$version-jdk-headless")" ] || continue
    install_packages "openjdk-$version-jdk-headless" && jdk_directories && find_jdk && return 0
  done
  return 1
}

# The JDK releases the distribution has, newest first, without those that are too old.
offered_jdks() {
  apt-cache pkgnames openjdk- | sed -nE 's/^openjdk-([0-9]+)-jdk-headless$/\1/p' | sort -rn |
    while read -r version; do [ "$version" -lt "$JDK_LEAST" ] || echo "$version"; done
}

private_jdk() {
  local suite home files root=$TOOLS/java/root package=openjdk-$JDK_PREFERRED-jdk-headless
  for suite in $(newer_suites); do
    prepare_own_apt "$suite" || continue
    [ -n "$(version_in_suite "$suite" "$package")" ] || continue
    rm -rf "$TOOLS/java" # without the link "jdk" nobody uses it
    unpack_closure "$suite" "$root" "$package" patchelf || continue
    home=$(compgen -G "$root/usr/lib/jvm/java-$JDK_PREFERRED-openjdk-*" | head -n 1)
    if ! "$home/bin/javac" -version >/dev/null 2>&1; then
      mapfile -t -d '' files < <(find "$home/bin" "$home/lib" -type f \( -name '*.so' -o -perm -u+x \) -print0)
      bind_to_own_libraries "$root" "${files[@]}"
    fi
    "$home/bin/javac" -version >/dev/null 2>&1 || {
      say "the JDK of $suite does not run here"
      continue
    }
    give_trust_store "$home" "$TOOLS/java/root"
    ln -sfn "${home#"$TOOLS"/}" "$TOOLS/jdk"
    show_jdk_to_maven
    jdk_directories
    find_jdk && say "Java $JDK_VERSION is in $TOOLS/jdk" && return 0
  done
  return 1
}

# The certificates Java trusts are made by an install script, which nobody ran for the unpacked JDK $1 in tree $2.
give_trust_store() {
  local store=$1/lib/security/cacerts certificates=/etc/ssl/certs/ca-certificates.crt
  [ ! -e "$store" ] || return 0
  rm -f "$store"
  # the host's own choice, with what its administrator added; else what came with the JDK
  [ -r "$certificates" ] || [ "$EUID" != 0 ] || install_packages ca-certificates
  [ -r "$certificates" ] || { certificates=$2/certificates.pem && cat "$2"/usr/share/ca-certificates/mozilla/*.crt >"$certificates"; }
  "$1/bin/java" "$HOME_DIR/tools/TrustStore.java" "$certificates" "$store"
}

# "mvn verify" finds JDKs in some usual places only; one of them gets a link to ours.
show_jdk_to_maven() {
  local place=${HOME:?}/.m2/jdks/ferry
  mkdir -p "${place%/*}" && ln -sfn "$TOOLS/jdk" "$place" && say "$place leads Maven to it"
}

provide_maven() {
  say "no Maven found"
  may_provision_first maven || exit 125
  provision_lock
  find_maven || install_maven || private_maven || { not_fetched maven && exit 125; }
  provision_unlock
}

install_maven() { [ "$EUID" = 0 ] && install_packages maven && find_maven; }

private_maven() {
  local suite
  for suite in $(newer_suites); do
    prepare_own_apt "$suite" || continue
    rm -rf "$TOOLS/maven.root" # without the link "maven" nobody uses it
    unpack_closure "$suite" "$TOOLS/maven.root" maven || continue
    ln -sfn maven.root/usr/share/maven "$TOOLS/maven"
    executable mvn <<<"JAVA_HOME=\${JAVA_HOME:-$(printf '%q' "$JDK")} exec $(printf '%q' "$TOOLS/maven/bin/mvn") \"\$@\""
    find_maven && say "Maven is $MAVEN; for a plain \"mvn\" put $TOOLS/bin on your PATH" && return 0
  done
  return 1
}

# ---- programs to compare with --------------------------------------------------------------------------------

provide_peers() {
  local name failed=0
  peers_in_place && return 0
  may_provision runc crun || return 1
  provision_lock
  for name in runc crun; do private_peer "$name" || failed=1; done
  provision_unlock $failed
  return $failed
}

# The newest $1 that any of the suites has, running on the host's C library if it can.
private_peer() {
  local name=$1 suite best='' version='' offered root=$TOOLS/peers/$1/root program
  for suite in $(newer_suites); do
    prepare_own_apt "$suite" || continue
    offered=$(version_in_suite "$suite" "$name")
    [ -n "$offered" ] && ! at_least "${version:-0}" "$offered" && best=$suite version=$offered
  done
  [ -n "$best" ] || { by_hand "$name" && return 1; }
  rm -rf "$TOOLS/peers/$name"
  unpack_closure "$best" "$root" "$name" patchelf || { by_hand "$name" && return 1; }
  program=$(readlink -f "$(compgen -G "$root/usr/*bin/$name" | head -n 1)")
  "$program" --version >/dev/null 2>&1 || bind_to_own_libraries "$root" "$program"
  "$program" --version >/dev/null 2>&1 || {
    say "$name of $best does not run here"
    by_hand "$name"
    return 1
  }
  printf '%s\n' "$program" >"$TOOLS/peers/$name/command"
  printf '%s\n' "$version" >"$TOOLS/peers/$name/version"
  say "$name $version is in $TOOLS/peers/$name"
}

# ---- a processor to test with --------------------------------------------------------------------------------

# What runs programs of aarch64 in tests: of a package of 70 MB with an emulator for each processor, the one file. It is static.
provide_emulator() {
  local suite archives stage place=$TOOLS/qemu-aarch64 failed=1
  emulator_in_place && return 0
  may_provision qemu-aarch64 || return 1
  provision_lock
  for suite in $(newer_suites); do
    prepare_own_apt "$suite" && archives=$(fetch_closure "$suite" qemu-user) || continue
    stage=$(mktemp -d "$TOOLS/.new.XXXXXX") || break
    chmod 755 "$stage"
    printf '%s\n' "$archives" | while read -r archive; do
      dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$stage" --strip-components=3 ./usr/bin/qemu-aarch64 2>/dev/null
    done
    if "$stage/qemu-aarch64" --version >/dev/null 2>&1; then
      printf '%s\n' "$place/qemu-aarch64" >"$stage/command"
      version_in_suite "$suite" qemu-user >"$stage/version"
      put_in_place "$stage" "$place" && failed=0 && say "qemu-aarch64 $(<"$place/version") is in $place"
      break
    fi
    rm -rf "$stage"
    say "the emulator of $suite does not run here"
  done
  provision_unlock $failed
  [ $failed = 0 ] || by_hand qemu-aarch64
  return $failed
}

emulator_in_place() { [ -r "$TOOLS/qemu-aarch64/command" ]; }

# ---- small things --------------------------------------------------------------------------------------------

has_seccomp() { compgen -G '/usr/lib/*/libseccomp.so.2' || compgen -G '/lib/*/libseccomp.so.2' || compgen -G '/usr/lib*/libseccomp.so.2'; } >/dev/null
has_nft() { PATH=$PATH:/usr/sbin:/sbin command -v nft >/dev/null; }
has_busybox() { command -v busybox >/dev/null || [ -x "$TOOLS/bin/busybox" ]; }

provide_small_things() {
  local wanted=() failed=0
  has_seccomp || wanted+=(libseccomp2)
  has_nft || wanted+=(nftables)
  has_busybox || wanted+=(busybox-static)
  [ ${#wanted[@]} != 0 ] || return 0
  say "missing: ${wanted[*]}"
  may_provision "${wanted[@]}" || return 1
  [ "$EUID" != 0 ] || install_packages "${wanted[@]}"
  has_busybox || private_busybox
  # libraries and nft serve the engine, which is root's
  if has_seccomp && has_nft && has_busybox; then return 0; fi
  by_hand "${wanted[@]}"
  return 1
}

# busybox-static needs no loader and no libraries.
private_busybox() {
  local suite stage root
  for suite in $(newer_suites); do
    prepare_own_apt "$suite" || continue
    stage=$(mktemp -d "$TOOLS/.new.XXXXXX") || return 1
    mkdir -p "$TOOLS/bin"
    root=$stage/root
    unpack_closure "$suite" "$root" busybox-static && mv -f "$(compgen -G "$root/*/bin/busybox")" "$TOOLS/bin/busybox"
    rm -rf "$stage"
    has_busybox && return 0
  done
  return 1
}

# ---- saying no -----------------------------------------------------------------------------------------------

# Whether fetching the things $@ is allowed and possible here; prints the manual way if not.
may_provision() {
  if [ -n "${FERRY_NO_PROVISION:-}" ]; then
    say "nothing is fetched, because of --no-provision"
  elif ! have_apt; then
    say "this is neither Debian nor Ubuntu with apt: Ferry cannot fetch it here"
  else
    return 0
  fi
  by_hand "$@"
  return 1
}

# The same for the thing $1 without which nothing goes on: whoever has to find it by hand is told of everything else now.
may_provision_first() { may_provision "$1" || { the_others_by_hand "$1" && return 1; }; }

# After the thing $1 could not be fetched.
not_fetched() {
  say "$1 could not be fetched: is this host offline, or its package mirror out of reach?"
  by_hand "$1"
  the_others_by_hand "$1"
}

the_others_by_hand() {
  [ "$1" = maven ] || find_maven || by_hand maven
  has_seccomp || by_hand libseccomp2
  has_nft || by_hand nftables
  has_busybox || by_hand busybox-static
  find_criu || by_hand criu
}

# How a person provides the things $@.
by_hand() {
  local thing
  for thing; do
    case $thing in
      jdk) say "by hand: install a full JDK $JDK_LEAST or newer and name it in JAVA_HOME" ;;
      maven) say "by hand: install Maven 3.8 or newer so that \"mvn\" is on PATH" ;;
      criu) say "by hand: install CRIU $CRIU_LEAST or newer so that \"criu check\" passes, or name it in FERRY_CRIU=/path/to/criu" ;;
      libseccomp2) say "by hand, as root: install the library libseccomp.so.2 (Debian: apt-get install libseccomp2)" ;;
      nftables) say "by hand, as root: install the program nft (Debian: apt-get install nftables)" ;;
      qemu-aarch64) say "by hand: install the program qemu-aarch64 (Debian, as root: apt-get install qemu-user)" ;;
      runc | crun) say "by hand: install $thing, the newest you can get, so that it is on PATH" ;;
      busybox-static) say "by hand: install busybox, best a static one (Debian, as root: apt-get install busybox-static)" ;;
    esac
  done
}

# ---- entry ---------------------------------------------------------------------------------------------------

provision_lock() {
  mkdir -p "$TOOLS" 2>/dev/null && [ -w "$TOOLS" ] || die "\"$TOOLS\" cannot be written: set FERRY_TOOLS to a directory you may write"
  case $TOOLS in *:*) die "\"$TOOLS\" has a colon, which library paths cannot hold: set FERRY_TOOLS to another directory" ;; esac
  exec {PROVISION_LOCK}>"$TOOLS/.lock"
  flock -n "$PROVISION_LOCK" || {
    say "waiting for another ./ferry that fills $TOOLS"
    flock "$PROVISION_LOCK"
  }
  rm -rf "$TOOLS"/.new.?????? "$TOOLS"/.old.?????? # left by a run that was cut off; the lock is ours
}

# After success (0) what apt has loaded may go, 200 MB a suite; after a failure the next run goes on with it.
provision_unlock() {
  [ "${1:-1}" != 0 ] || rm -rf "$TOOLS/.apt"
  exec {PROVISION_LOCK}>&-
}

# What containers need: CRIU and the small things. Remembers success for this kernel, as "criu check" asks the kernel.
provide_tools() {
  local failed=0
  provision_lock
  provide_small_things || failed=1
  provide_criu || failed=1
  [ $failed = 1 ] || cp /proc/sys/kernel/osrelease "$TOOLS/provided"
  provision_unlock $failed
  return $failed
}

# ferry provision [--peers] [--emulator]
provision() {
  local option peers='' emulator=''
  for option; do
    case $option in
      --peers) peers=yes ;;
      --emulator) emulator=yes ;;
      --help)
        say "provision [--peers] [--emulator]: fetches what Ferry needs and this host lacks"
        say "  --peers: also runc and crun, for \"bench\"; --emulator: also qemu-aarch64, for the tests"
        return 0
        ;;
      *) die "provision knows --peers and --emulator, not \"$option\"" ;;
    esac
  done
  jdk_directories
  find_jdk || provide_jdk
  find_maven || provide_maven
  provide_tools || return 1
  [ -z "$peers" ] || provide_peers || return 1
  [ -z "$emulator" ] || provide_emulator || return 1
  say "all there: Java in $JDK, $MAVEN, CRIU: ${COMMAND[*]}"
}
