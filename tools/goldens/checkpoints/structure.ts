/**
 * Writes tests/engine/checkpoints/fixtures/structure.json: what `inspect` finds in PyTorch's own ONNX exports of the small
 * networks, which the graphs that are built from their checkpoints must equal.
 *
 *     node tools/goldens/checkpoints/structure.ts FOLDER
 *
 * FOLDER is the one that tools/goldens/checkpoints/families.py wrote to. Entries of other networks stay.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readModel } from '../../../src/engine/onnx/index.ts'
import { structureOf } from '../../../tests/engine/checkpoints/structure.ts'

const [folder = ''] = process.argv.slice(2)
const path = join(import.meta.dirname, '../../../tests/engine/checkpoints/fixtures/structure.json')
const before: unknown = JSON.parse(readFileSync(path, 'utf8'))
const found: Record<string, unknown> = { ...(before instanceof Object ? before : {}) }
for (const file of readdirSync(folder).sort())
  if (file.endsWith('.onnx'))
    found[file.replace(/\.onnx$/, '')] = structureOf(await readModel(join(folder, file)))
const lines = Object.keys(found)
  .sort()
  .map((name) => `${JSON.stringify(name)}: ${JSON.stringify(found[name])}`)
writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`)
