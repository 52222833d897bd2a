import { join } from 'node:path'
import { Lanes } from '../../threads/lanes.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import { openSummaries } from '../images/summaries.ts'
import { answerer } from './answer.ts'
import type { ReadingResults, ReadingTask } from './protocol.ts'

/** Answers what is asked of stored facts: estimates, results, rankings, rows. */
export interface Reader {
  /**
   * @throws CANCELLED where the signal is aborted or the reader closed
   * @throws any error of what is asked
   */
  ask<K extends ReadingTask['kind']>(
    task: Extract<ReadingTask, { kind: K }>,
    signal?: AbortSignal,
  ): Promise<ReadingResults[K]>
  close(): Promise<void>
}

const summariesIn = (folder: string) => join(folder, 'summaries.sqlite')

/**
 * Reads in threads of its own, so that jobs go on at their speed whatever is asked: what is quick in one, what takes longer
 * in another that works only with what jobs leave of the processor.
 */
export const threadReader = (folder: string): Reader =>
  new Lanes<ReadingTask, ReadingResults>({
    name: 'reading',
    workerData: { folder, summaries: summariesIn(folder) },
    slow: ['prepare', 'suite', 'questions', 'ranking', 'result', 'images'],
    apart: true,
  })

/** Reads in the calling thread, on the workspace's own connection: for a process that does one thing at a time. */
export function ownReader(workspace: WorkspaceFiles): Reader {
  const summaries = openSummaries(summariesIn(workspace.path))
  return {
    ask: answerer(workspace, summaries),
    close: () => Promise.resolve(summaries.close()),
  }
}
