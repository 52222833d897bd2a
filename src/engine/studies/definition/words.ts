import type { ConditionWords } from '#shared/contract/index.ts'
import type { Condition } from '../../facts/index.ts'
import type { StudyDefinition } from './definition.ts'

/** The titles and the axis position of a condition. `chosen`: the study's parameters. */
export function wordsOf(
  { axis }: Pick<StudyDefinition, 'axis'>,
  chosen: Record<string, unknown>,
  { key, params, title, baseline, way = '', draw }: Condition,
): ConditionWords {
  const x = axis?.of(params, chosen) ?? null
  return {
    title,
    baseline: baseline ?? false,
    way,
    draw: draw?.title ?? null,
    level: draw?.level ?? key,
    x,
    place: x === null ? null : (axis?.label(x, chosen) ?? null),
  }
}
