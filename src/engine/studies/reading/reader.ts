import { join } from 'node:path'
import { LruMap } from '../../base/lruMap.ts'
import { Lanes } from '../../threads/lanes.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import { openSummaries } from '../images/summaries.ts'
import { answerer } from './answer.ts'
import { isSettled } from './keptAnswers.ts'
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

type Lane = 'quick' | 'slow' | 'spare' | 'ahead'

/** Milliseconds after which what is asked for again is of a page that was opened, not of one that follows jobs. */
const followsMs = 15_000
const mostAsked = 64

/**
 * Reads in two threads, so that jobs go on at their speed whatever is asked. Results that stay are read in the first, like all
 * else that a person waits for: they are kept, so each is read once. So is what changes while jobs run when it is asked for first.
 * Asked for again and again, it is read in the background (`workInBackground`), as is what nobody waits for yet.
 */
export function threadReader({ db, path }: WorkspaceFiles): Reader {
  const thread = { folder: path, summaries: summariesIn(path) }
  const background = { ...thread, background: true }
  /** When what changes while jobs run was asked for last. Another reference of a ranking is another page. */
  const asked = new LruMap<string, number>(mostAsked)
  const isFollowed = (task: ReadingTask): boolean => {
    const key = JSON.stringify(task)
    const now = performance.now()
    const before = asked.get(key) ?? -Infinity
    asked.set(key, now)
    return now - before < followsMs
  }
  return new Lanes<ReadingTask, ReadingResults, Lane>({
    name: 'reading',
    lanes: { quick: thread, slow: thread, spare: background, ahead: background },
    inSteps: ['slow', 'ahead'],
    laneOf(task) {
      switch (task.kind) {
        case 'prepare':
        case 'ahead':
          return 'ahead'
        case 'result':
          return !isSettled(db, task.id) && isFollowed(task) ? 'spare' : 'slow'
        // Two at a time would write each other's rows.
        case 'images':
          return 'slow'
        case 'suite':
        case 'questions':
        case 'ranking':
          return isFollowed(task) ? 'spare' : 'slow'
        default:
          return 'quick'
      }
    },
  })
}

/** Reads in the calling thread, on the workspace's own connection: for a process that does one thing at a time. */
export function ownReader(workspace: WorkspaceFiles): Reader {
  const summaries = openSummaries(summariesIn(workspace.path))
  return {
    ask: answerer(workspace, summaries),
    close: () => Promise.resolve(summaries.close()),
  }
}
