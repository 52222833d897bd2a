import type { Ranking, ReportedValue } from '#shared/contract/index.ts'

/** Maps what the paper's tables state to the metrics of the ranking. */
const metrics: Readonly<Record<string, { metric: string; title: string }>> = {
  'ImageNet, top-1': { metric: 'clean-accuracy.top1', title: 'ImageNet top-1' },
  'ImageNet-A, top-1': { metric: 'imagenet-a.rule1000', title: 'ImageNet-A top-1' },
  'ImageNet-C, mean top-1, severity 5, 19 corruptions': {
    metric: 'imagenet-c.mean5',
    title: 'ImageNet-C mean, severity 5',
  },
  'ImageNet-C, mCE': { metric: 'imagenet-c.mce', title: 'ImageNet-C mCE' },
  'ImageNet-O, AUPR': { metric: 'imagenet-o.aupr', title: 'ImageNet-O AUPR' },
  'ImageNet-P, mFR': { metric: 'imagenet-p.mfr', title: 'ImageNet-P mFR' },
  'ImageNet-P, mT5D': { metric: 'imagenet-p.mt5d', title: 'ImageNet-P mT5D' },
  'ImageNet-R, top-1': { metric: 'imagenet-r.rule1000', title: 'ImageNet-R top-1' },
  'ImageNet-9, BG-Gap': { metric: 'imagenet-9.gap', title: 'ImageNet-9 BG-Gap' },
  'ImageNet val, salient drop 50%: accuracy change': {
    metric: 'salient-patch-drop.salient-50',
    title: 'Salient drop 50 %, change',
  },
  'ImageNet val, frequency noise 0.7pi: accuracy change': {
    metric: 'noise-frequency.pi-700',
    title: 'Noise at 0.7 π, change',
  },
}

export interface PaperColumn {
  metric: string
  title: string
}

export interface PaperRow {
  model: string
  values: ReadonlyMap<string, ReportedValue>
}

/** The paper's models by the metrics of the ranking, in the order of the paper's tables. */
export function paperTable({ reported }: Pick<Ranking, 'reported'>): {
  columns: PaperColumn[]
  rows: PaperRow[]
} {
  const rows = new Map<string, Map<string, ReportedValue>>()
  const found = new Set<string>()
  for (const value of reported) {
    const known = metrics[value.text]
    if (!known || value.value === null) continue
    found.add(known.metric)
    const own = rows.get(value.model) ?? new Map<string, ReportedValue>()
    if (!own.has(known.metric)) own.set(known.metric, value)
    rows.set(value.model, own)
  }
  return {
    columns: Object.values(metrics).filter(({ metric }) => found.has(metric)),
    rows: [...rows].map(([model, values]) => ({ model, values })),
  }
}

/** A value of the paper in the unit of a metric: shares become fractions. */
export const onScale = ({ value }: ReportedValue, unit: 'fraction' | 'points' | 'number'): number | null =>
  value === null ? null : unit === 'number' ? value : value / 100
