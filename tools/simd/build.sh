#!/bin/sh
# Compiles rows.wat with wat2wasm (npm package wabt, or Debian's wabt) into src/engine/images/simd/rows.wasm.ts.
# Needed only after a change of rows.wat.
set -eu
cd "$(dirname "$0")"
out=../../src/engine/images/simd/rows.wasm.ts
bytes=$(mktemp)
${WAT2WASM:-wat2wasm} rows.wat -o "$bytes"
{
  echo '/** tools/simd/rows.wat, compiled by tools/simd/build.sh; base64. */'
  echo 'export const rowsModule ='
  base64 -w 100 "$bytes" | sed "s/^/  '/; s/\$/' +/; \$ s/ +\$//"
} > "$out"
rm "$bytes"
