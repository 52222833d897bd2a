import type { Ranking, ReportedValue } from '#shared/contract/index.ts'
import { paperMetrics } from '#shared/paperMetrics.ts'

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
    const known = paperMetrics[value.text]
    if (!known || value.value === null) continue
    found.add(known.metric)
    const own = rows.get(value.model) ?? new Map<string, ReportedValue>()
    if (!own.has(known.metric)) own.set(known.metric, value)
    rows.set(value.model, own)
  }
  return {
    columns: Object.values(paperMetrics).filter(({ metric }) => found.has(metric)),
    rows: [...rows].map(([model, values]) => ({ model, values })),
  }
}

/** A value of the paper in the unit of a metric: shares become fractions. */
export const onScale = ({ value }: ReportedValue, unit: 'fraction' | 'points' | 'number'): number | null =>
  value === null ? null : unit === 'number' ? value : value / 100
