import { deserialize, serialize } from 'node:v8'
import { codeState } from '../../base/codeState.ts'
import { optional } from '../../base/optional.ts'
import { latestJobOfStudy } from '../../jobs/index.ts'
import { rowDigest, type Db } from '../../workspace/index.ts'

/** What is kept of a study. */
export interface KeptStudy {
  kind: 'result' | 'summary'
  studyId: number
  /** The state that the answer rests on. */
  stamp: string
}

/** Whether a study is in a state that will stay for a while: its answers change with every batch while it runs. */
export const isSettled = (db: Db, studyId: number): boolean =>
  !['queued', 'running'].includes(latestJobOfStudy(db, studyId)?.state ?? '')

interface KeptRow {
  answer: Buffer
  digest: number
}

/** What is kept of a study, where the same code kept it and its bytes are those that were kept. */
function keptRow(kept: Db, { kind, studyId, stamp }: KeptStudy): KeptRow | null {
  const state = stateOf(stamp)
  const found = optional(() =>
    kept
      .prepare<[string, number, string], KeptRow>(
        'SELECT answer, digest_of_row AS digest FROM kept_answer WHERE kind = ? AND study_id = ? AND state = ?',
      )
      .get(kind, studyId, state),
  )
  return found && rowDigest([kind, studyId, state, found.answer]) === found.digest ? found : null
}

const stateOf = (stamp: string) => `${codeState()} ${stamp}`

/** Whether the answer about a study is kept and still right. */
export const isKept = (kept: Db, of: KeptStudy): boolean => keptRow(kept, of) !== null

/**
 * Gives the answer about a study that was kept beside the database, where it rests on the same state and the same code made it;
 * else makes it. So a program that is started again reads the facts of a study only where they are new.
 *
 * @param kept the file of answers, which can be made again
 * @param settled whether an answer that is made is kept
 */
export async function keptAnswer<T>(
  kept: Db,
  of: KeptStudy,
  settled: boolean,
  make: () => Promise<T>,
): Promise<T> {
  const found = keptRow(kept, of)
  if (found) return deserialize(found.answer) as T
  const made = await make()
  if (settled)
    optional(() => {
      const row = [of.kind, of.studyId, stateOf(of.stamp), serialize(made)] as const
      kept.prepare('INSERT OR REPLACE INTO kept_answer VALUES (?, ?, ?, ?, ?)').run(...row, rowDigest(row))
    })
  return made
}
