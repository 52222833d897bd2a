import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'

/** An image that could not be measured, and why. An image under several conditions comes once for each. */
export interface FailedRow {
  exampleId: number
  problem: ErrorShape
}

/** Different images that fail in a row, none measured between them, before a study is stopped. */
export const mostInRow = 50

/** A study in which more rows failed than were measured is stopped from this many different failed images on. */
export const leastForShare = 100

const messagesShown = 10

/** Stops a study whose images fail one after another: a disk that is gone, a broken decoder, too little memory. */
export interface Breaker {
  /**
   * Counts rows that were measured or failed in this run.
   *
   * @throws STUDY_FAILING after `mostInRow` images in a row, or where most rows failed
   */
  add(measured: number, failed: readonly FailedRow[]): void
}

/** Begins to count. What an earlier run of the study has measured does not count. */
export function breaker(): Breaker {
  let measuredRows = 0
  let failedRows = 0
  const all = new Set<number>()
  let inRow = new Set<number>()
  const codes = new Map<string, number>()
  const messages: string[] = []

  function stop(what: string, { code, message }: ErrorShape): never {
    const reasons = [...codes].sort((a, b) => b[1] - a[1]).map(([reason, n]) => `${n} times ${reason}`)
    throw new KernelscopeError(
      'STUDY_FAILING',
      `stopped because ${what} could not be measured (${reasons.join(', ')}); the last: ${code}: ${message}`,
      { details: messages.join('\n') },
    )
  }

  return {
    add(measured, failed) {
      measuredRows += measured
      failedRows += failed.length
      if (measured > 0) inRow = new Set()
      for (const { exampleId, problem } of failed) {
        inRow.add(exampleId)
        all.add(exampleId)
        codes.set(problem.code, (codes.get(problem.code) ?? 0) + 1)
        if (messages.length < messagesShown) messages.push(`${problem.code}: ${problem.message}`)
      }
      const last = failed.at(-1)?.problem
      if (!last) return
      if (inRow.size >= mostInRow) stop(`${inRow.size} images in a row`, last)
      if (all.size >= leastForShare && failedRows > measuredRows)
        stop(`${failedRows} of ${failedRows + measuredRows}`, last)
    },
  }
}
