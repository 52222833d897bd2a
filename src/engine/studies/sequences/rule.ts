import type { StopReason, Stopped, StopRule } from '#shared/contract/index.ts'
import { holm } from '#shared/maths/holm.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import { stopLevel } from '#shared/stopWords.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import type { Comparison, ReadModel, Sequences } from './read.ts'

/**
 * What of a rule the stored facts of a study say has come; null where nothing has. They say nothing of time.
 *
 * @param models of the study, as it shows them
 */
export async function reasonToStop(
  { within, above }: StopRule,
  models: readonly ReadModel[],
  sequences: Sequences,
): Promise<StopReason | null> {
  if (within !== undefined && (await isWithin(within, models, sequences))) return 'within'
  if (above === undefined) return null
  const [a, b] = [modelFor(models, above.a), modelFor(models, above.b)]
  return a && b ? decided(await sequences.compared(a, b)) : null
}

/**
 * What a job says of why it stopped, where the stored facts say the same; else null. That time had passed is taken from the
 * job.
 */
export async function confirmed(
  stopped: Stopped | null,
  models: readonly ReadModel[],
  sequences: Sequences,
): Promise<Stopped | null> {
  if (!stopped || stopped.reason === 'seconds') return stopped
  const { within, above } = stopped.rule
  const asked = stopped.reason === 'within' ? { within } : { above }
  return (await reasonToStop(asked, models, sequences)) === stopped.reason ? stopped : null
}

/** The model of a study by its id; where the study shows it with several preprocessings, with the first of them. */
export const modelFor = <M extends { id: number }>(models: readonly M[], id: number): M | undefined =>
  models.find((model) => model.id === id) ?? models.find((model) => modelIdOf(model.id) === id)

async function isWithin(
  within: number,
  models: readonly ReadModel[],
  sequences: Sequences,
): Promise<boolean> {
  for (const model of models)
    for (const stored of model.conditions) {
      const found = await sequences.ofCell(model, stored)
      // Rounding must not keep a point open that is exactly as narrow as asked.
      if (!found || (found.hi - found.lo) / 2 > within + 1e-12) return false
      await nextTurn()
    }
  return models.some(({ conditions }) => conditions.length > 0)
}

/**
 * Decides whether a is above b at every point. Both directions at all points are one family: with 95 % probability no
 * direction is ever claimed wrongly (Holm 1979, on p-values that hold at any moment).
 */
export function decided(points: readonly Comparison[]): 'above' | 'notAbove' | null {
  if (points.length === 0) return null
  const adjusted = holm(points.flatMap(({ notAbove, notBelow }) => [notAbove, notBelow]))
  const alpha = 1 - stopLevel + 1e-12
  if (points.every((_, at) => (adjusted[2 * at] ?? 1) <= alpha)) return 'above'
  if (points.some((_, at) => (adjusted[2 * at + 1] ?? 1) <= alpha)) return 'notAbove'
  return null
}
