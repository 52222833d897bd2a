import type { FactOf, ImageFilter, StudyCondition } from '#shared/contract/index.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import { ofUnchangedModel } from '#shared/factText.ts'
import { filterToQuery, shownFactsToQuery } from '../../datasets/filter/filterQuery.ts'

/**
 * The fact that a cell's predictions are, for filters. null where one fact does not represent them: under several
 * conditions (the published one-mask-per-batch form), or with a readout or preprocessing of the cell's own.
 */
export function factOfCell(cell: StudyCondition): FactOf | null {
  const [conditionId, ...others] = cell.conditionIds
  if (conditionId === undefined || others.length > 0) return null
  const modelId = modelIdOf(cell.modelId)
  if (cell.changed !== undefined) return { modelId, changed: cell.changed }
  if (!cell.unchangedModel) return null
  return cell.baseline ? { modelId } : { modelId, conditionId }
}

/**
 * The images that a cell's panel lists, as the filter and the shown facts of the dataset browser's address. null where
 * a filter cannot express them: an order by confidence, and flips from a baseline other than the unchanged model.
 */
export function browserQuery(
  cell: StudyCondition,
  baseline: StudyCondition | null,
  direction: string,
): Record<string, string> | null {
  const fact = factOfCell(cell)
  const filter = fact && filterOf(fact, baseline, direction)
  if (!fact || !filter) return null
  const start = ofUnchangedModel(fact)
  const shownFacts = fact.changed === undefined && fact.conditionId === undefined ? [fact] : [start, fact]
  return Object.fromEntries([
    ...Object.entries(filterToQuery(filter)).map(([key, value]) => [key, String(value)]),
    ['facts', shownFactsToQuery(shownFacts)],
  ])
}

function filterOf(fact: FactOf, baseline: StudyCondition | null, direction: string): ImageFilter | null {
  if (direction === 'mistakes') return { outcomes: [{ ...fact, outcome: 'wrong' }] }
  if (direction !== 'lost' && direction !== 'gained' && direction !== 'both') return null
  const start = baseline && factOfCell(baseline)
  if (!start || start.changed !== undefined || start.conditionId !== undefined) return null
  if (fact.changed === undefined && fact.conditionId === undefined) return null
  return { flips: [{ ...fact, flip: direction }] }
}
