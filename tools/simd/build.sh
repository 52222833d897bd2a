#!/bin/sh
# Compiles the .wat files with wat2wasm (npm package wabt, or Debian's wabt) into the source.
# Needed only after a change of one of them.
set -eu
cd "$(dirname "$0")"

# Arguments: name of the .wat file, file to write, name of its constant.
build() {
  bytes=$(mktemp)
  ${WAT2WASM:-wat2wasm} "$1.wat" -o "$bytes"
  {
    echo "/** tools/simd/$1.wat, compiled by tools/simd/build.sh; base64. */"
    echo "export const $3 ="
    base64 -w 100 "$bytes" | sed "s/^/  '/; s/\$/' +/; \$ s/ +\$//"
  } > "$2"
  rm "$bytes"
}

build rows ../../src/engine/images/simd/rows.wasm.ts rowsModule
build bits ../../src/engine/metrics/bits/bits.wasm.ts bitsModule
