#!/bin/bash
# check-macos.sh check|clippy [cargo's arguments]
#
# Zafu's types for macOS, from Linux. Nothing is linked: that would need Apple's SDK. C code is compiled
# with zig (the Python package `ziglang`), which carries the headers of libSystem.
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
# What crates' build scripts take for Apple's clang. Drops the flags that name an SDK. A file that needs
# the headers of an Apple framework becomes an empty object, and a line in stubbed.log: for the types of
# the Rust around it that is the same.
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
  -- "$COMMAND" --locked --target $TARGET "$@" || refuse "cargo $COMMAND failed for $TARGET"
say "cargo $COMMAND for $TARGET passed in $((SECONDS - start)) s"
if [ -s "$MACOS/stubbed.log" ]; then
  say "left out, because they need Apple's headers:"
  sort -u "$MACOS/stubbed.log" >&2
fi
