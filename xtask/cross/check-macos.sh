#!/bin/bash
# check-macos.sh check|clippy [cargo's arguments]
#
# Type-checks Zafu for macOS on Linux. Nothing is linked, because that needs Apple's SDK. zig (the Python package
# `ziglang`) compiles C code: it includes the headers of libSystem.
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/common.sh"

COMMAND=${1:?check or clippy}
shift
TARGET=aarch64-apple-darwin

prepare
[ "$COMMAND" != clippy ] || need rust-web-clippy
if [ ! -x "$CACHE/zig/ziglang/zig" ]; then
  say "fetching zig"
  host_need pip3 python3-pip
  logged pip3 install --quiet --no-deps --target "$CACHE/zig" ziglang
fi

MACOS=$CACHE/macos
mkdir -p "$MACOS/sdk"
cat >"$MACOS/ar" <<'AR'
#!/bin/sh
exec /cache/zig/ziglang/zig ar "$@"
AR
# A replacement of Apple's clang for build scripts. Drops the flags that name an SDK. A file that needs the headers
# of an Apple framework becomes an empty object and a line in stubbed.log, which does not affect the types of Rust.
cat >"$MACOS/cc" <<'CC'
#!/bin/bash
export ZIG_GLOBAL_CACHE_DIR=/tmp/zig
arguments=() output= source= compiles= next=
for argument in "$@"; do
  case $next in
    drop) next=; continue ;;
    output) next=; output=$argument ;;
  esac
  case $argument in
    --target=*|-mmacosx-version-min=*|-mmacos-version-min=*|-iwithsysroot?*|--sysroot=*|-gdwarf*) continue ;;
    -target|-arch|-isysroot|-iwithsysroot|--sysroot) next=drop; continue ;;
    -o) next=output ;;
    -c) compiles=yes ;;
    *.c|*.m|*.mm|*.cc|*.cpp|*.S|*.s) source=$argument ;;
  esac
  arguments+=("$argument")
done
errors=$(mktemp)
trap 'rm -f "$errors" "$errors.c"' EXIT
/cache/zig/ziglang/zig cc -target aarch64-macos "${arguments[@]}" 2>"$errors" && { cat "$errors" >&2; exit 0; }
code=$?
if [ -n "$compiles" ] && [ -n "$output" ] &&
    grep -qE "fatal error: '[A-Za-z]+/[A-Za-z]+\.h' file not found" "$errors"; then
  echo "$source: $(grep -m1 'fatal error' "$errors")" >>/cache/macos/stubbed.log
  : >"$errors.c"
  exec /cache/zig/ziglang/zig cc -target aarch64-macos -c "$errors.c" -o "$output"
fi
cat "$errors" >&2
exit $code
CC
chmod +x "$MACOS"/{ar,cc}
stage
: >"$MACOS/stubbed.log"

say "cargo $COMMAND for $TARGET ($(in_root rustc --version))"
start=$SECONDS
cross_cargo SDKROOT=/cache/macos/sdk CC_aarch64_apple_darwin=/cache/macos/cc \
  CXX_aarch64_apple_darwin=/cache/macos/cc AR_aarch64_apple_darwin=/cache/macos/ar \
  -- "$COMMAND" --locked --target $TARGET "$@" || fail "cargo $COMMAND failed for $TARGET"
say "cargo $COMMAND for $TARGET passed in $((SECONDS - start)) s"
if [ -s "$MACOS/stubbed.log" ]; then
  say "left out, because they need Apple's headers:"
  sort -u "$MACOS/stubbed.log" >&2
fi
