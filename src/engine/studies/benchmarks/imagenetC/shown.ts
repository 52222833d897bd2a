import { imagenetC19 } from '#shared/transforms/index.ts'
import { chosenCorruptions, chosenSeverities, severities, type CorruptionParams } from './conditions.ts'
import type { Bar } from '../../summary/bars.ts'
import { openBar } from '../../summary/known.ts'
import { rateInterval, type Scores, type CorruptionUnit } from './scores.ts'
import type { Grid } from '../../definition/index.ts'

/** The chosen corruptions and severities that the dataset has. It may have only a part of the benchmark. */
export function presentIn({ cells }: Grid, chosen: CorruptionParams): CorruptionParams {
  const has = (param: string, value: string | number) => cells.some(({ params }) => params[param] === value)
  return {
    ...chosen,
    corruptions: chosenCorruptions(chosen).filter((name) => has('corruption', name)),
    severities: chosenSeverities(chosen).filter((severity) => has('severity', severity)),
  }
}

/** Whether the study leaves out some of the 19 corruptions or five severities. */
export const isPartial = (chosen: CorruptionParams): boolean =>
  chosenCorruptions(chosen).length < imagenetC19.length || chosenSeverities(chosen).length < severities.length

/** The choice in words: "4 corruptions, severities 1, 3, 5". */
export function scopeOf(chosen: Pick<CorruptionParams, 'corruptions' | 'severities'>): string {
  const [names, levels] = [chosenCorruptions(chosen), chosenSeverities(chosen)]
  const what = names.length === 1 ? (names[0] ?? '') : `${names.length} corruptions`
  return `${what}, ${levels.length === 1 ? 'severity' : 'severities'} ${levels.join(', ')}`
}

/** The score that tables and figures show for each corruption. */
export interface ShownScore {
  /**
   * Whether it is CE, which needs all five severities and a baseline; else it is the mean error over the
   * chosen severities.
   */
  isCe: boolean
  title: string
  label: string
  of(scores: Scores | undefined, modelId: number, corruption: string): Bar
}

/** Chooses CE where all severities and a baseline are there, else the mean error. */
export function shownOf(chosen: CorruptionParams, unit: CorruptionUnit | null): ShownScore {
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
    of: (scores, _, corruption) =>
      openBar(scores?.known.errors.get(corruption)) ?? {
        value: scores?.chosenErrors.get(corruption) ?? null,
        interval: scores?.intervals?.byCorruption.get(corruption)?.error ?? null,
      },
  }
}
