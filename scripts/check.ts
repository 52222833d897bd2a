// `npm run check`: lint, types and the pure tests, for use between two edits. Tests that need sessions, processes or the
// window run in `npm test`.
import { availableParallelism } from 'node:os'
import { cachedLint, conclude, runTests, typeChecks } from './checks.ts'
import { captured } from './run.ts'

/** Number of programs that run at once. Each takes a core and up to a gigabyte. */
const atOnce = Math.min(4, availableParallelism())

const failed: string[] = []

/** Runs programs concurrently. Prints the output of each when it ends. */
async function together(programs: readonly string[][]): Promise<void> {
  const waiting = [...programs]
  async function runWaiting(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name = '', ...args] = next
      const started = performance.now()
      const { code, output } = await captured(name, ...args)
      const title = [name, ...args.filter((arg) => arg.startsWith('tsconfig'))].join(' ')
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`── ${title}: ${code === 0 ? 'done' : 'failed'} in ${seconds} s`)
      if (output) console.log(output)
      if (code !== 0) failed.push(title)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, runWaiting))
}

const [eslint = [], prettier = []] = cachedLint
await together([eslint, ...typeChecks, prettier])
console.log('\n── tests')
if ((await runTests('--project', 'pure')) !== 0) failed.push('tests')
conclude(failed)
