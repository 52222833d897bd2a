// `npm run fuzz -- [--seconds 600] [--seed N] [messages|models|images|kills …]`: the fuzzers of tests/trust, with one seed after
// another, as long as asked. A failure names its seed; `--seed N --seconds 1` repeats it.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root, run } from './run.ts'

const fuzzers = ['messages', 'models', 'images', 'kills']
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
  },
})
const unknown = positionals.filter((name) => !fuzzers.includes(name))
if (unknown.length > 0)
  throw new Error(`no such fuzzer: ${unknown.join(', ')}; there are ${fuzzers.join(', ')}`)

/** How often a fuzzer does in one start what it does in the suite. */
const roundsAtOnce = 5
const files = (positionals.length > 0 ? positionals : fuzzers).map((name) => `tests/trust/${name}.test.ts`)
const until = Date.now() + Number(values.seconds) * 1000
let seed = Number(values.seed)
do {
  console.log(`\n── seed ${seed}`)
  const env = { ...process.env, FUZZ_SEED: String(seed), FUZZ_ROUNDS: String(roundsAtOnce) }
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const options = ['run', '--project', 'parts', '-t', 'malformed|damaged|kill']
  if ((await run(process.execPath, [vitest, ...options, ...files], { env })) !== 0) {
    console.error(`failed with seed ${seed}`)
    process.exitCode = 1
    break
  }
  seed += 1
} while (Date.now() < until)
