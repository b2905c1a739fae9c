# Shared by check-windows.sh and check-macos.sh, which source it.
#
# Downloads no Rust toolchain: Debian packages a recent compiler and the sources of the standard library
# (rustc-web, cargo-web, rust-web-src), and `-Zbuild-std` builds that library for any target. They are installed
# in a Debian of their own, in a cache folder that may be deleted at any time, so that the machine stays unchanged.
set -euo pipefail

REPOSITORY=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
CACHE=${ZAFU_CROSS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/zafu-cross}
SUITE=trixie
ROOT=$CACHE/root-$SUITE
LOG=$CACHE/setup.log

# `say` writes to the terminal also inside `logged`.
exec 3>&2
say() { printf '[%(%H:%M:%S)T] %s\n' -1 "$*" >&3; }

# Prints one line and exits with 1.
fail() { echo "${0##*/}: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "needs root, for the Debian it checks in (debootstrap, chroot)"
command -v apt-get >/dev/null || fail "needs Debian or a derivative (apt-get, debootstrap)"
mkdir -p "$CACHE"/{cargo-home,src,target}

# Checks share the staged sources, so only one runs at a time.
exec 9>"$CACHE/lock"
flock --nonblock 9 || { say "another check is running: waiting for it"; flock 9; }

# logged COMMAND...: runs it with its output in the log. On failure, prints the end of the log and exits with 1.
logged() {
  "$@" >>"$LOG" 2>&1 && return
  tail -20 "$LOG" >&2
  fail "failed: $* (log: $LOG). Fix the cause named above, then run this again: finished parts are kept"
}

# host_need PROGRAM PACKAGE: installs the package on this machine if the program is missing.
host_need() {
  command -v "$1" >/dev/null && return
  logged apt_get update
  logged apt_get install --yes --no-install-recommends "$2"
}

# Runs apt-get, and again for up to 15 minutes while another program holds one of its locks.
# (`DPkg::Lock::Timeout` covers dpkg's lock only, not the one of the package lists.)
apt_get() {
  local end=$((SECONDS + 900)) told= said code
  while :; do
    code=0
    said=$(LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=20 -o Acquire::Retries=3 "$@" 2>&1 \
      </dev/null 9>&-) || code=$?
    printf '%s\n' "$said"
    [ $code != 0 ] && ((SECONDS < end)) &&
      grep -qE 'Could not get lock|Unable to (lock directory|acquire the dpkg frontend lock)' <<<"$said" ||
      return $code
    [ -n "$told" ] || say "another program uses apt-get: waiting for it"
    told=yes
    sleep 2
  done
}

# in_root COMMAND...: runs it in that Debian. The mounts are in a namespace of their own and end with it.
in_root() {
  cp -L /etc/resolv.conf /etc/hosts "$ROOT/etc/" 2>/dev/null || true
  nice unshare --mount bash -c 'set -e; root=$1 cache=$2; shift 2
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$cache" "$root/cache"
    exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      DEBIAN_FRONTEND=noninteractive "$@"' - "$ROOT" "$CACHE" "$@" 9>&-
}

# need PACKAGE...: installs missing packages in that Debian.
need() {
  local package missing=()
  for package in "$@"; do
    compgen -G "$ROOT/var/lib/dpkg/info/$package.list" >/dev/null ||
      compgen -G "$ROOT/var/lib/dpkg/info/$package:*.list" >/dev/null || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  logged in_root apt-get update
  logged in_root apt-get install --yes "${missing[@]}"
  in_root apt-get clean
}

# Installs the Debian with its compiler: about a minute and 2 GB the first time.
prepare() {
  if [ ! -e "$ROOT/.ready" ]; then
    host_need debootstrap debootstrap
    say "setting up Debian $SUITE in $ROOT"
    rm -rf "$ROOT"
    logged nice debootstrap --variant=minbase --include=ca-certificates "$SUITE" "$ROOT"
    # No recommended packages, no documentation, and no fsync: it can be installed again.
    printf '%s\n' 'APT::Install-Recommends "false";' 'Acquire::Languages "none";' 'Acquire::Retries "3";' \
      'DPkg::Options:: "--force-unsafe-io";' >"$ROOT/etc/apt/apt.conf.d/99zafu"
    printf 'path-exclude=/usr/share/%s/*\n' doc man locale >"$ROOT/etc/dpkg/dpkg.cfg.d/zafu"
    touch "$ROOT/.ready"
  fi
  mkdir -p "$ROOT/cache"
  need rustc-web cargo-web rust-web-src gcc pkg-config
  # The certificates of the host, which may trust a proxy.
  cp -L /etc/ssl/certs/ca-certificates.crt "$ROOT/etc/ssl/certs/"
}

# Copies the sources, because tauri-build writes into the tree that it builds. Times are kept, so that cargo
# rebuilds only what has changed.
stage() {
  rm -rf "$CACHE/src/zafu.new"
  mkdir "$CACHE/src/zafu.new"
  tar --create --directory "$REPOSITORY" --exclude=./target --exclude=node_modules --exclude=./.git . |
    tar --extract --directory "$CACHE/src/zafu.new"
  rm -rf "$CACHE/src/zafu"
  mv "$CACHE/src/zafu.new" "$CACHE/src/zafu"
}

# cross_cargo [NAME=VALUE...] -- ARGUMENTS...: runs cargo in that Debian on the staged sources. Without debug
# information, which would triple the size.
cross_cargo() {
  local environment=()
  while [ "$1" != -- ]; do environment+=("$1"); shift; done
  shift
  in_root CARGO_HOME=/cache/cargo-home CARGO_TARGET_DIR=/cache/target RUSTC_BOOTSTRAP=1 CI="${CI:-}" \
    CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0 \
    ${environment[@]+"${environment[@]}"} \
    sh -c 'cd /cache/src/zafu && exec cargo -Zbuild-std=std,panic_abort "$@"' - "$@"
}
