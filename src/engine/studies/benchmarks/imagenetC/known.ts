import type { Sequence, StudyCondition } from '#shared/contract/index.ts'
import { imagenetC19 } from '#shared/transforms/index.ts'
import { flipped, knownMean } from '../../summary/known.ts'
import type { Grid } from '../../definition/index.ts'

/** Confidence sequences of means over cells that lack images; null where nothing is missing or none is known. */
export interface KnownScores {
  /** Accuracy at severity 5 over all 19 corruptions. */
  accuracyAt5: Sequence | null
  /** Accuracy over every chosen cell. */
  accuracy: Sequence | null
  /** Error of each corruption over the chosen severities. */
  errors: ReadonlyMap<string, Sequence | null>
}

/**
 * Reads them. CE and mCE have none: they are quotients of errors, of which the denominator is open too where the baseline is a
 * model of the study.
 *
 * @param cells of one model under corruptions
 */
export async function knownScores(grid: Grid, cells: readonly StudyCondition[]): Promise<KnownScores> {
  const at5 = cells.filter(
    ({ params }) => params['severity'] === 5 && imagenetC19.some((name) => name === params['corruption']),
  )
  const errors = new Map<string, Sequence | null>()
  for (const [name, own] of Map.groupBy(cells, ({ params }) => String(params['corruption'])))
    errors.set(name, flipped(await knownMean(grid, own)))
  return {
    accuracyAt5: at5.length === imagenetC19.length ? await knownMean(grid, at5) : null,
    accuracy: cells.length > 0 ? await knownMean(grid, cells) : null,
    errors,
  }
}
