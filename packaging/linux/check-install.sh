#!/bin/bash
# check-install.sh PACKAGE.deb
#
# Installs an older version of the package in a clean Debian, sits without and with a window, upgrades to the package
# during a sit, and removes it. No sit may be lost. Debian as root; ZAFU_PACKAGE_SUITE chooses another release of Debian
# than this one. The clean system and its downloads are kept in a cache folder that may be deleted at any time. Programs
# run in namespaces of their own and end with the script.
set -euo pipefail

fail() { echo "check-install.sh: $*" >&2; exit 1; }
say() { printf '[%(%H:%M:%S)T] %s\n' -1 "$*"; }

PACKAGE=$(realpath "${1:?the path of a .deb}")
CACHE=${ZAFU_PACKAGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/zafu-package}
SUITE=${ZAFU_PACKAGE_SUITE:-$(. /etc/os-release && [ "$ID" = debian ] && echo "$VERSION_CODENAME")} ||
  fail "needs Debian"
CLEAN=$CACHE/$SUITE.tar
[ "$(id -u)" = 0 ] || fail "needs root, for a clean Debian (debootstrap, chroot)"

if [ -z "${ZAFU_PACKAGE_ROOT:-}" ]; then
  mkdir -p "$CACHE/archives/partial"
  exec 9>"$CACHE/lock"
  flock 9
  ROOT=$(mktemp -d "$CACHE/root.XXXXXX")
  # The mounts are gone with their namespace.
  trap 'rm -rf --one-file-system "$ROOT"' EXIT
  if [ -e "$CLEAN" ]; then
    tar --extract --file "$CLEAN" --directory "$ROOT"
  else
    say "setting up Debian $SUITE"
    debootstrap --variant=minbase --include=ca-certificates "$SUITE" "$ROOT"
    tar --create --file "$CLEAN.new" --directory "$ROOT" .
    mv "$CLEAN.new" "$CLEAN"
  fi
  # For users other than root.
  chmod 755 "$ROOT"
  ZAFU_PACKAGE_ROOT=$ROOT unshare --mount --pid --fork --kill-child bash "$0" "$PACKAGE" 9>&-
  exit
fi

ROOT=$ZAFU_PACKAGE_ROOT
mount --make-rprivate /
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mkdir -p "$ROOT/tmp/.X11-unix" /tmp/.X11-unix
mount --bind /tmp/.X11-unix "$ROOT/tmp/.X11-unix"
mount --bind "$CACHE/archives" "$ROOT/var/cache/apt/archives"
cp -L /etc/resolv.conf "$ROOT/etc/"
cp -L /etc/ssl/certs/ca-certificates.crt "$ROOT/etc/ssl/certs/"
# It need not survive a power cut; no manual pages of others.
printf '%s\n' 'DPkg::Options:: "--force-unsafe-io";' 'Acquire::Retries "3";' \
  'APT::Keep-Downloaded-Packages "true";' 'APT::Sandbox::User "root";' >"$ROOT/etc/apt/apt.conf.d/99zafu"
rm -f "$ROOT/etc/apt/apt.conf.d/docker-clean"

in_root() {
  chroot "$ROOT" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}
# Recommended packages are left out: what Zafu depends on must be enough.
install() { in_root apt-get install --yes --no-install-recommends "$@"; }
as_user() {
  chroot --userspec=sitter:sitter "$ROOT" /usr/bin/env -i HOME=/home/sitter USER=sitter \
    PATH=/usr/bin:/bin LANG=C.UTF-8 ${DISPLAY:+DISPLAY="$DISPLAY"} "$@"
}
# sits: prints the number of finished sits.
sits() { as_user zafu log --json | { grep -c '"id"' || true; }; }
# until_true SECONDS COMMAND...: waits for something that takes as long as the machine is slow.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}

cp "$PACKAGE" "$ROOT/new.deb"
say "an older version of the package: the same files as 0.0.1"
dpkg-deb --raw-extract "$PACKAGE" "$ROOT/old"
sed --in-place 's/^Version: .*/Version: 0.0.1/' "$ROOT/old/DEBIAN/control"
dpkg-deb --root-owner-group -Zgzip -z1 --build "$ROOT/old" "$ROOT/old.deb"
rm -r "$ROOT/old"

say "installing it in a clean Debian $SUITE"
in_root apt-get update
install /old.deb
in_root useradd --create-home sitter
[ "$(in_root dpkg-query --show --showformat='${Version}' zafu)" = 0.0.1 ] || fail "0.0.1 is not installed"
for program in zafu zafu-app; do
  ! in_root ldd "/usr/bin/$program" | grep 'not found' || fail "$program lacks a library: Depends is incomplete"
done

say "manual pages in every language"
in_root dpkg-query --listfiles zafu >"$ROOT/files"
for folder in man man/de; do
  for page in zafu zafu-sit zafu-app; do
    grep -qx "/usr/share/$folder/man1/$page.1.gz" "$ROOT/files" || fail "$folder has no page $page"
  done
done

say "zafu sit 2s --terminal"
unset DISPLAY
as_user zafu sit 2s --terminal
[ "$(sits)" = 1 ] || fail "the sit of the terminal is not in the log: $(as_user zafu log --json)"

say "the desktop entry's \"Start a Sit\" on a virtual screen"
mkfifo "$ROOT/display"
exec 8<>"$ROOT/display"
Xvfb -displayfd 8 -screen 0 1024x768x24 -nolisten tcp -ac -noreset 2>/dev/null &
read -r -t 60 number <&8 || fail "Xvfb does not start"
export DISPLAY=:$number
action=$(sed -n '/^\[Desktop Action start-sit\]/,/^\[/s/^Exec=sh -c "\(.*\)"$/\1/p' \
  "$ROOT/usr/share/applications/Zafu.desktop")
[ -n "$action" ] || fail "the desktop entry has no action start-sit"
as_user sh -c "$action"
window_shown() { xdotool search --onlyvisible --name '^Zafu$' >/dev/null; }
until_true 60 window_shown || fail "no window appears"
# A window that draws nothing has one colour.
drawn() { [ "$(import -window root png:- | identify -format %k -)" -gt 100 ]; }
until_true 60 drawn || fail "the window stays empty"
import -window root "${PACKAGE%/*}/installed-window.png"
is_sitting() {
  # `grep -q` would stop reading before everything is written.
  as_user zafu status --json | grep -E '"state": "(preparing|sitting)"' >/dev/null
}
is_sitting || fail "the action started no sit: $(as_user zafu status --json)"

say "the link of an invitation"
# What Debian's desktops have.
install desktop-file-utils libglib2.0-bin procps
code=2TB9D5MPJTB9D5MPJTB9D5MPJTM
link="zafu://join/$code?url=https%3A%2F%2Fabc.supabase.co&key=sb_publishable_x&sum=V212ZR"
open_link() { as_user gio open "$link" || fail "nothing opens the link of an invitation"; }
processes() { in_root ps -e -o args=; }
one_process() { [ "$(processes | grep -c '^[^ ]*zafu-app')" = 1 ]; }
is_told_nowhere() {
  local all
  all=$(processes)
  [[ $all != *"$code"* ]] || fail "the code of an invitation is among the arguments: $all"
  ! grep --recursive "$code" "$ROOT/home/sitter" || fail "the code of an invitation is in a file"
}
open_link
until_true 60 one_process || fail "a second zafu-app goes on: $(processes)"
is_sitting || fail "the link ended the sit: $(as_user zafu status --json)"
is_told_nowhere
as_user zafu discard --yes
as_user zafu quit
has_quit() { as_user zafu status --json | grep '"running": false' >/dev/null; }
until_true 60 has_quit || fail "Zafu does not quit"
open_link
until_true 60 window_shown || fail "the link does not start Zafu"
is_told_nowhere

say "upgrading during a sit"
as_user zafu sit 1h --prepare 0s
install /new.deb
[ "$(in_root dpkg-query --show --showformat='${Version}' zafu)" != 0.0.1 ] || fail "nothing was upgraded"
is_sitting || fail "the upgrade ended the sit: $(as_user zafu status --json)"
as_user zafu end
as_user zafu quit
until_true 60 has_quit || fail "Zafu does not quit"
[ "$(sits)" = 2 ] || fail "a sit is missing after the upgrade: $(as_user zafu log --json)"

say "removing it"
in_root dpkg-query --listfiles zafu >"$ROOT/files"
in_root apt-get remove --yes --purge zafu
while read -r file; do
  [ -d "$ROOT$file" ] || [ ! -e "$ROOT$file" ] || fail "$file is left behind"
done <"$ROOT/files"
! in_root find /usr -iname '*zafu*' | grep . || fail "the files above are left behind"

say "installing it again: the sits are still there"
install /new.deb
[ "$(sits)" = 2 ] || fail "a sit was lost with the removal: $(as_user zafu log --json)"
say "installed, used, upgraded, removed and installed again: no sit was lost"
