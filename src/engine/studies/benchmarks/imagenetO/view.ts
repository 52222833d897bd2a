import type { DataTable } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Db } from '../../../workspace/index.ts'
import { meanConfidences, outcomes } from '../../summary/outcomes.ts'
import type { Detected } from './detect.ts'
import type { GridModel } from '../../definition/index.ts'

export function detectionTable(
  models: readonly GridModel[],
  ofModel: (id: number) => Detected | null,
): DataTable {
  return {
    id: 'detection',
    title: 'ImageNet-O',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'outside', title: 'From outside', kind: 'integer' },
      { key: 'inside', title: 'Ordinary', kind: 'integer' },
      { key: 'aupr', title: 'AUPR', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'chance', title: 'Chance', kind: 'fraction' },
      { key: 'auroc', title: 'AUROC', kind: 'fraction', better: 'higher' },
      { key: 'aurocLo', title: '95 % from', kind: 'fraction' },
      { key: 'aurocHi', title: 'to', kind: 'fraction' },
      { key: 'fpr', title: 'FPR at 95 %', kind: 'fraction', better: 'lower' },
      { key: 'fprLo', title: '95 % from', kind: 'fraction' },
      { key: 'fprHi', title: 'to', kind: 'fraction' },
    ],
    rows: models.map((model) => {
      const detected = ofModel(model.id)
      return {
        model: model.title,
        outside: detected?.outside ?? 0,
        inside: detected?.inside ?? 0,
        aupr: detected?.scores?.aupr ?? null,
        lo: detected?.intervals.aupr?.lo ?? null,
        hi: detected?.intervals.aupr?.hi ?? null,
        chance: detected?.scores?.chance ?? null,
        auroc: detected?.scores?.auroc ?? null,
        aurocLo: detected?.intervals.auroc?.lo ?? null,
        aurocHi: detected?.intervals.auroc?.hi ?? null,
        fpr: detected?.scores?.fprAt95 ?? null,
        fprLo: detected?.intervals.fprAt95?.lo ?? null,
        fprHi: detected?.intervals.fprAt95?.hi ?? null,
      }
    }),
  }
}

/**
 * Mean confidence on out-of-distribution images, by the class they were collected against: where a model is
 * wrongly confident.
 */
export function outsideClassTable(db: Db, models: readonly GridModel[]): DataTable {
  const rows = new Map<string, DataTable['rows'][number]>()
  for (const model of models)
    for (const { className, n, confidence } of meanConfidences(db, model, 'outside'))
      rows.set(className, { ...rows.get(className), class: className, n, [`m${model.id}`]: confidence })
  return {
    id: 'per-class',
    title: 'Mean confidence on images from outside, per class they resemble',
    columns: [
      { key: 'class', title: 'Resembled class', kind: 'text' },
      { key: 'n', title: 'Images', kind: 'integer' },
      ...models.map(({ id, title }) => ({
        key: `m${id}`,
        title,
        kind: 'fraction' as const,
        better: 'lower' as const,
      })),
    ],
    rows: [...rows.values()],
  }
}

const bins = 20

/**
 * Share of images per bin of confidence for each model, of out-of-distribution ("outside") or ordinary
 * ("inside") images.
 */
export function confidenceFigure(
  db: Db,
  models: readonly GridModel[],
  side: 'outside' | 'inside',
): FigureSpec {
  const of = side === 'outside' ? 'images from outside' : 'ordinary images'
  return {
    id: `imagenet-o-confidence-${side}`,
    kind: 'lines',
    title: `Confidence on ${of}`,
    x: { label: 'Confidence over the classes of the set', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    y: { label: 'Share of the images', unit: 'percent', scale: 'linear', min: 0 },
    series: models.map((model, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: false,
      points: histogram(outcomes(db, model, side).map(({ confidence }) => confidence)).map((share, bin) => ({
        x: (bin + 0.5) / bins,
        y: share,
        ref: `${model.id}|${side}`,
      })),
    })),
    references: [],
    spans: [],
    notes: [`Shares of images in ${bins} bins of confidence.`],
    alt: `Distribution of confidence on ${of}, for ${models.map(({ title }) => title).join(', ')}.`,
  }
}

function histogram(values: readonly number[]): (number | null)[] {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor(value * bins))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts.map((count) => (values.length === 0 ? null : count / values.length))
}
