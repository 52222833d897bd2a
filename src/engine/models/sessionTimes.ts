import type { Db } from '../workspace/index.ts'

/** Measured times of a session alone, without decoding or storing. */
export interface SessionTime {
  /** Time to write the graph and open it. */
  secondsToOpen: number
  /** Time per image at the batch size of the variant. */
  secondsPerImage: number
}

interface Row {
  plan: string
  seconds_to_open: number
  seconds_per_image: number
}

/** Session times of a variant, by the name of the graph plan. */
export function sessionTimes(db: Db, variantId: number): Map<string, SessionTime> {
  const rows = db
    .prepare<[number], Row>(
      'SELECT plan, seconds_to_open, seconds_per_image FROM session_time WHERE variant_id = ?',
    )
    .all(variantId)
  return new Map(
    rows.map((row) => [
      row.plan,
      { secondsToOpen: row.seconds_to_open, secondsPerImage: row.seconds_per_image },
    ]),
  )
}

export function setSessionTime(db: Db, variantId: number, plan: string, time: SessionTime): void {
  db.prepare(
    'INSERT OR REPLACE INTO session_time (variant_id, plan, seconds_to_open, seconds_per_image) VALUES (?, ?, ?, ?)',
  ).run(variantId, plan, time.secondsToOpen, time.secondsPerImage)
}
