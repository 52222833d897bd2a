import type { Interval } from '#shared/contract/index.ts'
import { imagenetC19 } from '#shared/transforms/index.ts'
import { chosenCorruptions, chosenSeverities, severities, type CorruptionParams } from './conditions.ts'
import { rateInterval, type Scores, type Unit } from './scores.ts'
import type { Grid } from '../../definition/index.ts'

/** The chosen corruptions and severities that are there: a dataset may hold a part of the benchmark. */
export function presentIn({ cells }: Grid, chosen: CorruptionParams): CorruptionParams {
  const has = (param: string, value: string | number) => cells.some(({ params }) => params[param] === value)
  return {
    ...chosen,
    corruptions: chosenCorruptions(chosen).filter((name) => has('corruption', name)),
    severities: chosenSeverities(chosen).filter((severity) => has('severity', severity)),
  }
}

/** Whether some of the 19 corruptions or five severities were left out when the study was made. */
export const isPartial = (chosen: CorruptionParams): boolean =>
  chosenCorruptions(chosen).length < imagenetC19.length || chosenSeverities(chosen).length < severities.length

/** What was chosen, in words: "4 corruptions, severities 1, 3, 5". */
export function scopeOf(chosen: CorruptionParams): string {
  const [names, levels] = [chosenCorruptions(chosen), chosenSeverities(chosen)]
  const what = names.length === 1 ? (names[0] ?? '') : `${names.length} corruptions`
  return `${what}, ${levels.length === 1 ? 'severity' : 'severities'} ${levels.join(', ')}`
}

/** What is shown of each corruption. */
export interface Shown {
  /** CE, which needs all five severities and something that counts as 100; else the mean error over those chosen. */
  isCe: boolean
  title: string
  label: string
  of(
    scores: Scores | undefined,
    modelId: number,
    corruption: string,
  ): { value: number | null; interval: Interval | null }
}

export function shownOf(chosen: CorruptionParams, unit: Unit | null): Shown {
  const levels = chosenSeverities(chosen)
  if (unit && levels.length === severities.length)
    return {
      isCe: true,
      title: `Corruption error, ${unit.name} = 100`,
      label: `CE (${unit.name} = 100)`,
      of: (scores, modelId, corruption) => ({
        value: scores?.scores.find((score) => score.corruption === corruption)?.ce ?? null,
        interval: rateInterval(
          scores,
          unit.model?.id === modelId,
          (all) => all.byCorruption.get(corruption)?.ce ?? null,
        ),
      }),
    }
  const over = levels.length === severities.length ? 'all severities' : `severities ${levels.join(', ')}`
  return {
    isCe: false,
    title: `Mean error, ${levels.length === 1 ? `severity ${levels.join()}` : over}`,
    label: 'Mean top-1 error',
    of: (scores, _, corruption) => ({
      value: scores?.chosenErrors.get(corruption) ?? null,
      interval: scores?.intervals?.byCorruption.get(corruption)?.error ?? null,
    }),
  }
}
