#!/bin/bash
# check-windows.sh check|clippy|build|test [cargo's arguments]
#
# Checks, builds or tests Zafu for x86_64-pc-windows-gnu on Linux: mingw-w64 compiles the C code, Wine runs the
# tests. It covers neither the window (Wine lacks WebView2) nor the MSVC ABI.
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/common.sh"

COMMAND=${1:?check, clippy, build or test}
shift
TARGET=x86_64-pc-windows-gnu

prepare
need gcc-mingw-w64-x86-64-win32 g++-mingw-w64-x86-64-win32
[ "$COMMAND" != clippy ] || need rust-web-clippy
stage

environment=()
if [ "$COMMAND" = test ]; then
  need wine wine64 xvfb xauth
  # tauri-build puts WebView2Loader.dll one folder above the tests.
  cat >"$CACHE/wine-runner" <<'RUNNER'
#!/bin/sh
folder=$(dirname "$1")
WINEPATH="$(winepath -w "$folder" 2>/dev/null);$(winepath -w "$folder/.." 2>/dev/null)"
export WINEPATH
exec wine "$@"
RUNNER
  chmod +x "$CACHE/wine-runner"
  if [ ! -e "$ROOT/root/.wine/zafu-ready" ]; then
    say "setting up wine"
    logged in_root WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml=' sh -c 'wineboot --init; wineserver --wait'
    touch "$ROOT/root/.wine/zafu-ready"
  fi
  in_root mkdir -p -m 700 /run/wine
  # Writes to the disk are many times slower under Wine, so only a few seeds are simulated there.
  environment=(XDG_RUNTIME_DIR=/run/wine WINEDEBUG="${WINEDEBUG:--all}" WINEDLLOVERRIDES='mscoree=;mshtml='
    ZAFU_SEEDS=6
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=/cache/wine-runner)
fi

say "cargo $COMMAND for $TARGET ($(in_root rustc --version))"
start=$SECONDS
cross_cargo ${environment[@]+"${environment[@]}"} -- "$COMMAND" --locked --target $TARGET "$@" ||
  fail "cargo $COMMAND failed for $TARGET"
say "cargo $COMMAND for $TARGET passed in $((SECONDS - start)) s"
