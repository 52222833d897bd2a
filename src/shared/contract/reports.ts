import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './common.ts'
import { written } from './figures.ts'

export const reports = {
  /** Writes a page of chosen studies that needs nothing else: figures, tables, captions, provenance. */
  make: oc
    .input(
      z.object({
        studyIds: z.array(id).min(1).max(50),
        title: z.string().trim().min(1).max(200).default('Report'),
        /** The workspace's exports when left out. */
        path: z.string().optional(),
      }),
    )
    .output(written),
}
