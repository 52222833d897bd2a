import { z } from 'zod'
import { currentKey } from '../cellRef.ts'
import { errorCodes, type ErrorCode } from '../errors.ts'

/** Row id of the workspace database. */
export const id = z.int().positive()

/** Key of a condition of a study. Keys of older versions become those of today. */
export const conditionKey = z.string().transform(currentKey)

export const errorCode = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]])

export const errorShape = z.object({
  code: errorCode,
  message: z.string(),
  hint: z.string(),
  details: z.string().optional(),
})

/** Two-sided interval of a proportion, both ends in [0,1]. `level` is its coverage in (0,1). */
export const interval = z.object({ lo: z.number(), hi: z.number(), level: z.number() })

/** Says how a number is defined and where the definition comes from. Shown beside the number. */
export const definition = z.object({
  name: z.string(),
  formula: z.string().optional(),
  source: z.string().optional(),
})

export const ok = z.object({ ok: z.literal(true) })
/** Something was removed. It can be taken back with `workspace.undoRemoval` until the workspace is closed. */
export const removed = z.object({ ok: z.literal(true), removalId: id })
export const byId = z.object({ id })

export type Interval = z.infer<typeof interval>
export type Definition = z.infer<typeof definition>
