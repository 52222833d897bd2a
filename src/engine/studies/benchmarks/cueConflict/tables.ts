import type { DataTable, Interval } from '#shared/contract/index.ts'
import { wilson } from '#shared/maths/wilson.ts'
import { cueCounts, shapeBias, type CueCounts, type CueDecision } from '../../../metrics/index.ts'
import { consistencyWith, countsByShape } from './decisions.ts'
import type { Observer } from './humans.ts'

/** The decisions of a model, or null before all its images were measured. */
export interface ModelDecisions {
  id: number
  title: string
  decisions: ReadonlyMap<string, CueDecision> | null
}

/** Wilson interval of a shape bias; null without shape or texture decisions. */
export const biasInterval = ({ shape, texture }: CueCounts): Interval | null =>
  shape + texture === 0 ? null : wilson(shape, shape + texture)

/** Shape bias of every model, with what it is made of. */
export function biasTable(models: readonly ModelDecisions[]): DataTable {
  return {
    id: 'shape-bias',
    title: 'Shape bias',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'conflicts', title: 'With a conflict', kind: 'integer' },
      { key: 'shape', title: 'Shape decisions', kind: 'integer' },
      { key: 'texture', title: 'Texture decisions', kind: 'integer' },
      { key: 'bias', title: 'Shape bias', kind: 'fraction' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'accuracy', title: 'Shape named, all images', kind: 'fraction', better: 'higher' },
    ],
    rows: models.map(({ title, decisions }) => {
      const counts = decisions && cueCounts(decisions.values())
      const interval = counts && biasInterval(counts)
      return {
        model: title,
        n: counts?.n ?? null,
        conflicts: counts?.conflicts ?? null,
        shape: counts?.shape ?? null,
        texture: counts?.texture ?? null,
        bias: counts && shapeBias(counts),
        lo: interval?.lo ?? null,
        hi: interval?.hi ?? null,
        accuracy: counts && counts.n > 0 ? counts.correct / counts.n : null,
      }
    }),
  }
}

/** Shape bias by category of the shape, a column per model. */
export function categoryTable(models: readonly ModelDecisions[]): DataTable {
  const own = models.map(({ id, title, decisions }) => ({
    id,
    title,
    counts: countsByShape(decisions?.values() ?? []),
  }))
  const categories = [...new Set(own.flatMap(({ counts }) => [...counts.keys()]))].sort()
  return {
    id: 'categories',
    title: 'Shape bias by category',
    columns: [
      { key: 'class', title: 'Shape', kind: 'text' },
      { key: 'n', title: 'With a conflict', kind: 'integer' },
      ...own.map(({ id, title }) => ({ key: `m${id}`, title, kind: 'fraction' as const })),
    ],
    rows: categories.map((category) => ({
      class: category,
      n: Math.max(0, ...own.map(({ counts }) => counts.get(category)?.conflicts ?? 0)),
      ...Object.fromEntries(
        own.map(({ id, counts }) => {
          const found = counts.get(category)
          return [`m${id}`, found ? shapeBias(found) : null]
        }),
      ),
    })),
  }
}

/** Error consistency with people: of every model, and of people with one another. */
export function consistencyTable(models: readonly ModelDecisions[], people: readonly Observer[]): DataTable {
  const among = people.map((person) => ({
    title: `Human: ${person.name}`,
    decisions: person.decisions,
    others: people.filter((other) => other !== person),
  }))
  const observers = [...models.map((model) => ({ ...model, others: people })), ...among]
  return {
    id: 'consistency',
    title: 'Error consistency with people',
    columns: [
      { key: 'model', title: 'Observer', kind: 'text' },
      { key: 'people', title: 'People', kind: 'integer' },
      { key: 'n', title: 'Images in common', kind: 'integer' },
      { key: 'observed', title: 'Observed', kind: 'fraction' },
      { key: 'expected', title: 'Expected by chance', kind: 'fraction' },
      { key: 'kappa', title: 'Kappa, mean', kind: 'number', better: 'higher' },
      { key: 'least', title: 'Lowest', kind: 'number' },
      { key: 'most', title: 'Highest', kind: 'number' },
      { key: 'bias', title: 'Shape bias', kind: 'fraction' },
    ],
    rows: observers.map(({ title, decisions, others }) => {
      const found = decisions && consistencyWith(decisions, others)
      return {
        model: title,
        people: found?.people ?? null,
        n: found?.images ?? null,
        observed: found?.observed ?? null,
        expected: found?.expected ?? null,
        kappa: found?.kappa ?? null,
        least: found?.least ?? null,
        most: found?.most ?? null,
        bias: decisions && shapeBias(cueCounts(decisions.values())),
      }
    }),
  }
}
