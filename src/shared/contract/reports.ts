import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './common.ts'
import { written } from './figures.ts'

export const reports = {
  /** Writes chosen studies as one self-contained page: figures, tables, captions, provenance. */
  make: oc
    .input(
      z.object({
        studyIds: z.array(id).min(1).max(50),
        title: z.string().trim().min(1).max(200).default('Report'),
        /** The default is the workspace's exports folder. */
        path: z.string().optional(),
      }),
    )
    .output(written),
}
