// `npm run fuzz -- [--seconds 600] [--seed N] [--first N] [messages|wire|models|images|kills|bundles|workspaces …]`: the fuzzers of tests/trust, with one seed after
// another, as long as asked. A failure names its seed; `--seed N --seconds 1` repeats it. `--first N` begins with
// case N of bundles and workspaces.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root, run } from './run.ts'

/** The file of tests of each fuzzer. */
const files: Record<string, string> = {
  messages: 'messages',
  wire: 'wire',
  models: 'models',
  images: 'images',
  kills: 'kills',
  bundles: 'damagedBundles',
  workspaces: 'damagedWorkspaces',
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
    first: { type: 'string', default: '0' },
  },
})
const unknown = positionals.filter((name) => !Object.hasOwn(files, name))
if (unknown.length > 0)
  throw new Error(`no such fuzzer: ${unknown.join(', ')}; there are ${Object.keys(files).join(', ')}`)

/** How often a fuzzer does in one start what it does in the suite. */
const roundsAtOnce = 5
const names = positionals.length > 0 ? positionals : Object.keys(files)
const paths = names.map((name) => `tests/trust/${files[name]}.test.ts`)
const until = Date.now() + Number(values.seconds) * 1000
let seed = Number(values.seed)
do {
  console.log(`\n── seed ${seed}`)
  const env = {
    ...process.env,
    FUZZ_SEED: String(seed),
    FUZZ_ROUNDS: String(roundsAtOnce),
    FUZZ_FIRST: values.first,
  }
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const options = ['run', '--project', 'parts', '-t', 'malformed|damaged|kill']
  if ((await run(process.execPath, [vitest, ...options, ...paths], { env })) !== 0) {
    console.error(`failed with seed ${seed}`)
    process.exitCode = 1
    break
  }
  seed += 1
} while (Date.now() < until)
