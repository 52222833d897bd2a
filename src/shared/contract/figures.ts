import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './common.ts'

export const figureFormat = z.enum(['svg', 'png', 'csv', 'json'])

export const figures = {
  /** Writes figures of a study into a folder (default: the workspace's exports) and says which files were written. */
  export: oc
    .input(
      z.object({
        studyId: id,
        /** Figure ids of the study's result; all when left out. */
        figureIds: z.array(z.string()).optional(),
        formats: z.array(figureFormat).min(1),
        directory: z.string().optional(),
        /** Width of the figure in inches. */
        width: z.number().min(1).max(20).default(6.75),
        dpi: z.int().min(36).max(1200).default(300),
      }),
    )
    .output(z.object({ files: z.array(z.object({ path: z.string(), bytes: z.int() })) })),
  /** Kernel attention distance curves of one model's layers, as a figure with its data. */
  exportKernels: oc
    .input(
      z.object({
        modelId: id,
        layers: z.array(z.int()).optional(),
        definition: z.enum(['normalised', 'published']).default('normalised'),
        formats: z.array(figureFormat).min(1),
        directory: z.string().optional(),
        width: z.number().min(1).max(20).default(3.25),
        dpi: z.int().min(36).max(1200).default(300),
      }),
    )
    .output(z.object({ files: z.array(z.object({ path: z.string(), bytes: z.int() })) })),
}

export type FigureFormat = z.infer<typeof figureFormat>
