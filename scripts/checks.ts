import { existsSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { captured, root, tool } from './run.ts'

const cache = path.join(root, 'node_modules/.cache')

// Every worker thread and process of the tests would read and strip its TypeScript anew.
process.env['NODE_COMPILE_CACHE'] ??= path.join(cache, 'node')

const page = ['vue-tsc', '-p', 'tsconfig.web.json']

/** Type checks: programs of node_modules/.bin with their arguments, the slowest first. */
export const typeChecks = [page, ['tsc', '-p', 'tsconfig.node.json'], ['tsc', '-p', 'tsconfig.both.json']]

/** The checks of `npm run lint` and the type checks, of all files, whether or not they have changed. */
export const wholeTree = [
  // More room for new objects: the compiler makes many, and a fifth of its time went into collecting them.
  ['node', '--max-semi-space-size=64', 'scripts/lint/typed.ts'],
  page,
  ['prettier', '--check', '--log-level', 'warn', '.'],
]

/**
 * The checks of `npm run lint`, without files that have not changed. Rules that use types may miss problems caused by a
 * change of another file; `npm test` checks all files.
 */
export const cachedLint = [
  ['eslint', '.', '--cache', '--cache-strategy', 'content', '--cache-location', path.join(cache, 'eslint/')],
  [
    ...['prettier', '--check', '--log-level', 'warn', '.'],
    ...['--cache', '--cache-strategy', 'content', '--cache-location', path.join(cache, 'prettier.json')],
  ],
]

const counted = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

/** Number of programs that run at once. Each takes a core and up to a gigabyte. */
const atOnce = Math.min(4, availableParallelism())

/** Runs programs concurrently. Prints the output of each when it ends. Returns the titles of those that failed. */
export async function together(programs: readonly (readonly string[])[]): Promise<string[]> {
  const waiting = [...programs]
  const failed: string[] = []
  async function runWaiting(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name = '', ...args] = next
      const started = performance.now()
      const { code, output } = await captured(name, ...args)
      const title = [name, ...args.filter((arg) => /^(?:tsconfig|scripts)/.test(arg))].join(' ')
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`── ${title}: ${code === 0 ? 'done' : 'failed'} in ${seconds} s`)
      if (output) console.log(output)
      if (code !== 0) failed.push(title)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, runWaiting))
  return failed
}

/** Files with the results of the last test run. */
let resultsOf: string[] = []

/**
 * Runs groups of vitest's projects at the same time and gives the first exit code that is not 0. The first group prints on
 * this terminal while it runs, the others when they have ended.
 */
export async function runTests(...groups: (readonly string[])[]): Promise<number> {
  const runs = groups.map((projects) => {
    const results = path.join(cache, `tests-${projects.join('-')}.json`)
    rmSync(results, { force: true })
    const chosen = projects.flatMap((project) => ['--project', project])
    return {
      results,
      args: ['run', ...chosen, '--reporter=default', '--reporter=json', `--outputFile=${results}`],
    }
  })
  resultsOf = runs.map(({ results }) => results)
  const ended = await Promise.all(
    runs.map(async ({ args }, at) =>
      at === 0 ? { code: await tool('vitest', ...args), output: '' } : captured('vitest', ...args),
    ),
  )
  for (const { output } of ended.slice(1)) console.log(`\n${output}`)
  return ended.find(({ code }) => code !== 0)?.code ?? 0
}

/**
 * Counts of the last test run, as "N passed, N failed, N skipped". A file that could not be loaded counts as one failed
 * test, as does a group without results.
 */
export function countsOfTests(): string {
  let [passed, failed, skipped] = [0, 0, 0]
  for (const results of resultsOf) {
    if (!existsSync(results)) {
      failed++
      continue
    }
    const counts = counted.parse(JSON.parse(readFileSync(results, 'utf8')))
    const unloaded = counts.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    )
    passed += counts.numPassedTests
    failed += counts.numFailedTests + unloaded.length
    skipped += counts.numPendingTests + counts.numTodoTests
  }
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/** Prints the failed checks and the counts of the tests, and sets the exit code. */
export function conclude(failed: readonly string[]): void {
  if (failed.length > 0) {
    console.error(`failed: ${failed.join(', ')}`)
    process.exitCode = 1
  }
  console.log(countsOfTests())
}
