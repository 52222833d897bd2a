import { z } from 'zod'

/** Files beside a dataset that a study reads, by path and SHA-256: a parameter that is filled in when the study is made. */
export const besideParam = z
  .array(z.object({ name: z.string(), digest: z.string().regex(/^[0-9a-f]{64}$/) }))
  .default([])
