/** Writes the masks that make.py applies: 30 and 60 % of 16 px patches, seed 0. Run: node tools/goldens/studies/draws.ts */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { patchMask, serialiseDraws, toBitset, type Draws } from '#shared/transforms/index.ts'

const val = 'resources/sample/suites/val'
const entries: Draws['entries'] = { '30/0': {}, '60/0': {} }
for (const name of readdirSync(val).sort()) {
  for (const file of readdirSync(join(val, name)).sort().slice(0, 5)) {
    const digest = createHash('sha256')
      .update(readFileSync(join(val, name, file)))
      .digest('hex')
    for (const percent of [30, 60]) {
      const drop = {
        op: 'patchDrop',
        patch: 16,
        percent,
        fill: 'black',
        seed: 0,
        repeat: 0,
        group: null,
        draws: null,
      } as const
      const masks = entries[`${percent}/0`]
      if (masks) masks[digest] = toBitset(patchMask(drop, digest, 96, 96))
    }
  }
}
const file = 'tests/engine/studies/goldens/draws.json'
writeFileSync(
  file,
  serialiseDraws({ format: 'kernelscope-draws', version: 1, patch: 16, height: 96, width: 96, entries }),
)
