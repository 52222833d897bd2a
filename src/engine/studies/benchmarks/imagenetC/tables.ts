import type { DataTable } from '#shared/contract/index.ts'
import { imagenetC19 } from '#shared/transforms/index.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { chosenCorruptions, chosenSeverities, keyOf, type CorruptionParams } from './conditions.ts'
import { cleanErrorOf, rateInterval, type Scores, type CorruptionUnit } from './scores.ts'
import type { Origin } from './origin.ts'
import { isPartial, scopeOf, shownOf } from './shown.ts'
import type { Grid } from '../../definition/index.ts'

/** The part of the benchmark whose mean accuracy the paper prints. */
const atSeverity5 = { corruptions: [...imagenetC19], severities: [5] }

/**
 * One row per model: Tables 1, 5 and 6. Where only a part of the benchmark was chosen, an additional column
 * has the mean over that part, and its title says so.
 */
export function summaryTable(
  grid: Grid,
  chosen: CorruptionParams,
  unit: CorruptionUnit | null,
  scores: Map<number, Scores>,
  origin: Origin,
): DataTable {
  const against = unit ? `, ${unit.name} = 100` : ''
  // The mean at severity 5 has a column already.
  const partial = isPartial(chosen) && scopeOf(chosen) !== scopeOf(atSeverity5)
  const madeHere = origin === 'made'
  const number = (key: string, title: string) => ({ key, title, kind: 'number' as const })
  const bounds = (name: string, kind: 'number' | 'fraction') => [
    { key: `${name}Lo`, title: '95 % from', kind },
    { key: `${name}Hi`, title: 'to', kind },
  ]
  return {
    id: 'summary',
    title: 'Corruption robustness',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'images', title: 'Images each', kind: 'integer' },
      { key: 'clean', title: 'Clean top-1', kind: 'fraction', better: 'higher' },
      ...(partial
        ? [
            {
              key: 'chosen',
              title: `Mean top-1, ${scopeOf(chosen)}`,
              kind: 'fraction' as const,
              better: 'higher' as const,
            },
            ...bounds('chosen', 'fraction'),
          ]
        : []),
      { key: 'mean5', title: `Mean top-1, ${scopeOf(atSeverity5)}`, kind: 'fraction', better: 'higher' },
      ...bounds('mean5', 'fraction'),
      { ...number('mce', `mCE${against}`), better: 'lower' },
      ...bounds('mce', 'number'),
      ...(madeHere && unit
        ? [{ ...number('frostless', 'mCE without frost'), better: 'lower' as const }]
        : []),
      { ...number('relative', `Relative mCE${against}`), better: 'lower' },
      ...bounds('relative', 'number'),
      {
        key: 'error15',
        title: origin === 'cifar' ? 'mCE, unnormalised' : 'Mean error, 15 corruptions, 5 severities',
        kind: 'fraction',
        better: 'lower',
      },
      ...bounds('error15', 'fraction'),
      { key: 'error', title: 'Mean error, 19 corruptions, 5 severities', kind: 'fraction', better: 'lower' },
    ],
    rows: grid.models.map((model) => {
      const own = scores.get(model.id)
      const isUnit = unit?.model?.id === model.id
      const clean = cleanErrorOf(grid, model)
      const mce = own?.mce == null ? null : rateInterval(own, isUnit, (all) => all.mce)
      const relative = own?.relativeMce == null ? null : rateInterval(own, isUnit, (all) => all.relativeMce)
      const mean5 = own?.intervals?.meanAccuracyAt5
      const error = own?.intervals?.chosen
      return {
        model: model.title,
        images: own?.images ?? null,
        clean: clean === null ? null : 1 - clean,
        ...(partial
          ? {
              chosen: own?.chosenAccuracy ?? null,
              chosenLo: error ? 1 - error.hi : null,
              chosenHi: error ? 1 - error.lo : null,
            }
          : {}),
        mean5: own?.meanAccuracyAt5 ?? null,
        mean5Lo: mean5?.lo ?? null,
        mean5Hi: mean5?.hi ?? null,
        mce: own?.mce ?? null,
        mceLo: mce?.lo ?? null,
        mceHi: mce?.hi ?? null,
        ...(madeHere && unit ? { frostless: own?.mceWithoutFrost ?? null } : {}),
        relative: own?.relativeMce ?? null,
        relativeLo: relative?.lo ?? null,
        relativeHi: relative?.hi ?? null,
        error15: own?.benchmarkError ?? null,
        error15Lo: own?.intervals?.benchmarkError?.lo ?? null,
        error15Hi: own?.intervals?.benchmarkError?.hi ?? null,
        error: own?.meanError ?? null,
      }
    }),
  }
}

/**
 * One row per corruption, with an interval for every model: CE and relative CE, or errors without a baseline.
 */
export function corruptionTable(
  grid: Grid,
  chosen: CorruptionParams,
  unit: CorruptionUnit | null,
  scores: Map<number, Scores>,
): DataTable {
  const shown = shownOf(chosen, unit)
  const kind = shown.isCe ? ('number' as const) : ('fraction' as const)
  return {
    id: 'corruptions',
    title: shown.title,
    columns: [
      { key: 'corruption', title: 'Corruption', kind: 'text' },
      ...grid.models.flatMap(({ id, title }) => [
        { key: `m${id}`, title, kind, better: 'lower' as const },
        { key: `m${id}Lo`, title: '95 % from', kind },
        { key: `m${id}Hi`, title: 'to', kind },
        ...(shown.isCe
          ? [{ key: `m${id}Relative`, title: `${title}, relative CE`, kind, better: 'lower' as const }]
          : []),
      ]),
    ],
    rows: chosenCorruptions(chosen).map((corruption) => ({
      corruption,
      ...Object.fromEntries(
        grid.models.flatMap(({ id }) => {
          const own = scores.get(id)
          const { value, interval } = shown.of(own, id, corruption)
          const relative = own?.scores.find((score) => score.corruption === corruption)?.relativeCe
          return [
            [`m${id}`, value],
            [`m${id}Lo`, interval?.lo ?? null],
            [`m${id}Hi`, interval?.hi ?? null],
            ...(shown.isCe ? [[`m${id}Relative`, relative ?? null]] : []),
          ]
        }),
      ),
    })),
  }
}

/** One row per cell: accuracy with its interval. */
export function cellTable(grid: Grid, chosen: CorruptionParams): DataTable {
  return {
    id: 'cells',
    title: 'Top-1 by corruption and severity',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'corruption', title: 'Corruption', kind: 'text' },
      ...chosenSeverities(chosen).flatMap((severity) => [
        {
          key: `s${severity}`,
          title: `Severity ${severity}`,
          kind: 'fraction' as const,
          better: 'higher' as const,
        },
      ]),
    ],
    rows: grid.models.flatMap((model) =>
      chosenCorruptions(chosen).map((corruption) => ({
        model: model.title,
        corruption,
        ...Object.fromEntries(
          chosenSeverities(chosen).map((severity) => [
            `s${severity}`,
            cellOf(grid, model.id, keyOf(corruption, severity))?.top1 ?? null,
          ]),
        ),
      })),
    ),
  }
}
