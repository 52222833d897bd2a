import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { ReportedValue } from '#shared/contract/index.ts'
import { resourcePath } from '../../base/resources.ts'

const row = z.object({
  source: z.string(),
  model: z.string(),
  dataset: z.string(),
  metric: z.string(),
  value: z.number().nullable(),
  unit: z.string(),
  better: z.enum(['higher', 'lower']),
  provenance: z.string().optional(),
  params: z.looseObject({ epsilon: z.number().optional() }).optional(),
})

const statement = z.object({
  source: z.string(),
  where: z.string(),
  statement: z.string(),
  value: z.number().optional(),
  unit: z.string().optional(),
  model: z.string().optional(),
  metric: z.string().optional(),
  values: z.array(z.object({ model: z.string(), top1: z.number() })).optional(),
})

const tables = z.object({ rows: z.array(row), figureStatements: z.array(statement) })

export type PaperRow = z.infer<typeof row>

let cached: z.infer<typeof tables> | null = null

/** The numbers and statements the paper prints, each with its table or figure. */
const paper = () =>
  (cached ??= tables.parse(JSON.parse(readFileSync(resourcePath('paper', 'tables.json'), 'utf8'))))

/** All values of the paper's tables, those without a number (N/A) left out, in the order of the tables. */
export const paperRows = (): (PaperRow & { value: number })[] =>
  paper().rows.flatMap((one) => (one.value === null ? [] : [{ ...one, value: one.value }]))

/** What the paper says about its figures and tables, with numbers where it gives any. */
export const paperSays = (): readonly z.infer<typeof statement>[] => paper().figureStatements

/** Lists values of the paper's tables with their source. Each distinct number of a model appears once. */
export function paperValues(wanted: (row: PaperRow) => boolean): ReportedValue[] {
  const found = new Map<string, ReportedValue>()
  for (const { source, model, dataset, metric, value, unit, provenance } of paper().rows.filter(wanted)) {
    const key = `${model} ${metric} ${value}`
    if (value !== null && !found.has(key))
      found.set(key, {
        model,
        text: `${dataset}, ${metric}`,
        value,
        unit,
        source: provenance === undefined ? source : `${source} (${provenance})`,
      })
  }
  return [...found.values()]
}

/** Lists what the paper says about a figure whose numbers cannot be read off. */
export function paperStatements(source: string): ReportedValue[] {
  return paper()
    .figureStatements.filter((entry) => entry.source === source)
    .map((entry) => ({
      model: entry.model ?? '',
      text: entry.statement,
      value: null,
      unit: entry.unit ?? '',
      source: `${entry.source}, ${entry.where}`,
    }))
}
