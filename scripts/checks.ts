import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { root, tool } from './run.ts'

const cache = path.join(root, 'node_modules/.cache')

/** Type checks: programs of node_modules/.bin with their arguments, the slowest first. */
export const typeChecks = [
  ['vue-tsc', '-p', 'tsconfig.web.json'],
  ['tsc', '-p', 'tsconfig.node.json'],
  ['tsc', '-p', 'tsconfig.both.json'],
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

const results = path.join(cache, 'tests.json')

const counted = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

/** Runs vitest on this terminal and gives its exit code. */
export async function runTests(...args: string[]): Promise<number> {
  rmSync(results, { force: true })
  return tool('vitest', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile=${results}`)
}

/**
 * Counts of the last test run, as "N passed, N failed, N skipped". A file that could not be loaded counts as one failed
 * test, as does a run without results.
 */
export function countsOfTests(): string {
  let text: string
  try {
    text = readFileSync(results, 'utf8')
  } catch {
    return '0 passed, 1 failed, 0 skipped'
  }
  const counts = counted.parse(JSON.parse(text))
  const unloaded = counts.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const failed = counts.numFailedTests + unloaded.length
  const skipped = counts.numPendingTests + counts.numTodoTests
  return `${counts.numPassedTests} passed, ${failed} failed, ${skipped} skipped`
}

/** Prints the failed checks and the counts of the tests, and sets the exit code. */
export function conclude(failed: readonly string[]): void {
  if (failed.length > 0) {
    console.error(`failed: ${failed.join(', ')}`)
    process.exitCode = 1
  }
  console.log(countsOfTests())
}
