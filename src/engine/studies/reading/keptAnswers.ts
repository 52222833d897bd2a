import { deserialize, serialize } from 'node:v8'
import { codeState } from '../../base/codeState.ts'
import { optional } from '../../base/optional.ts'
import { rowDigest, type Db } from '../../workspace/index.ts'

/** What is kept of a study, and when. */
export interface KeptStudy {
  kind: 'result' | 'summary'
  studyId: number
  /** The state that the answer rests on. */
  stamp: string
  /** Whether the study is in a state that will stay for a while. */
  settled: boolean
}

/**
 * Gives the answer about a study that was kept beside the database, where it rests on the same state and the same code made it;
 * else makes and keeps it. So a program that is started again reads the facts of a study only where they are new.
 *
 * @param kept the file of answers, which can be made again
 */
export async function keptAnswer<T>(
  kept: Db,
  { kind, studyId, stamp, settled }: KeptStudy,
  make: () => Promise<T>,
): Promise<T> {
  const state = `${codeState()} ${stamp}`
  const found = optional(() =>
    kept
      .prepare<[string, number, string], { answer: Buffer; digest: number }>(
        'SELECT answer, digest_of_row AS digest FROM kept_answer WHERE kind = ? AND study_id = ? AND state = ?',
      )
      .get(kind, studyId, state),
  )
  // The same code kept it, and its bytes are those that were kept.
  if (found && rowDigest([kind, studyId, state, found.answer]) === found.digest)
    return deserialize(found.answer) as T
  const made = await make()
  if (settled)
    optional(() => {
      const answer = serialize(made)
      kept
        .prepare('INSERT OR REPLACE INTO kept_answer VALUES (?, ?, ?, ?, ?)')
        .run(kind, studyId, state, answer, rowDigest([kind, studyId, state, answer]))
    })
  return made
}
