import { studySummary, type StudySummary } from '#shared/contract/index.ts'
import { version } from '../../base/version.ts'
import type { Db } from '../../workspace/index.ts'

/**
 * Gives the summary of a study that was kept beside the database, where it rests on the same state and this version of the code made
 * it; else makes and keeps it. So a program that lists studies reads their facts once and not at every start.
 *
 * @param kept the file of summaries, which can be made again
 * @param stamp of the state that the summary rests on; null where it is not kept
 */
export async function keptSummary(
  kept: Db,
  studyId: number,
  stamp: string | null,
  make: () => Promise<StudySummary>,
): Promise<StudySummary> {
  if (stamp === null) return make()
  const state = `${version} ${stamp}`
  const found = kept
    .prepare<[number, string], string>('SELECT summary FROM kept_summary WHERE study_id = ? AND state = ?')
    .pluck()
    .get(studyId, state)
  const read = found === undefined ? null : studySummary.safeParse(JSON.parse(found))
  if (read?.success) return read.data
  const made = await make()
  kept
    .prepare('INSERT OR REPLACE INTO kept_summary (study_id, state, summary) VALUES (?, ?, ?)')
    .run(studyId, state, JSON.stringify(made))
  return made
}
