import { z } from 'zod'

export const dataTable = z.object({
  id: z.string(),
  title: z.string(),
  columns: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      /** points: a difference of two fractions, which is not a share of anything. */
      kind: z.enum(['text', 'integer', 'fraction', 'points', 'number', 'interval']),
      better: z.enum(['higher', 'lower']).optional(),
      /** The numbers are p-values: two significant digits, or "< 0.001". */
      p: z.boolean().optional(),
    }),
  ),
  /**
   * Keys of the columns that name a condition. The best value is chosen among rows that are equal in them; by default
   * among all rows.
   */
  comparedWithin: z.array(z.string()).optional(),
  /** The title says the unit of all values and which direction is better. Headers are names only. */
  plainHeaders: z.boolean().optional(),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
})

export type DataTable = z.infer<typeof dataTable>
