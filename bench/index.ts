/** Runs the benchmarks of this folder one after another, each in its own process. Run: npm run bench [name …] */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const all = [
  'images',
  'archives',
  'corruptions',
  'graph',
  'gradients',
  'studies',
  'lesions',
  'largeKernels',
  'peers',
  'browse',
  'pages',
  'facts',
  'remote',
  'cluster',
  'gpu',
]
const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !all.includes(name))
if (unknown !== undefined) {
  console.error(`no benchmark named ${unknown}; there are ${all.join(', ')}`)
  process.exit(2)
}
let failed = false
for (const name of wanted.length > 0 ? wanted : all) {
  const file = join(import.meta.dirname, `${name}.ts`)
  if (!existsSync(file)) throw new Error(`missing benchmark: ${file}`)
  failed = spawnSync(process.execPath, [file], { stdio: 'inherit' }).status !== 0 || failed
}
process.exit(failed ? 1 : 0)
