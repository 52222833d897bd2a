import { z } from 'zod'

export const workspaceInfo = z.object({
  path: z.string(),
  name: z.string(),
  schema: z.int(),
  createdAt: z.int(),
  models: z.int(),
  datasets: z.int(),
  images: z.int(),
  predictions: z.int(),
  studies: z.int(),
  bytes: z.int(),
  /** Why the workspace is only read; null where it may be changed. */
  readOnly: z.string().nullable(),
  /**
   * What would be lost with a workspace that has no place of its own yet; null for one that has. Leaving such a
   * workspace removes it; ending the engine removes it where nothing was made in it.
   */
  unkept: z
    .object({ studies: z.int(), predictions: z.int(), figures: z.int(), subsets: z.int(), notes: z.int() })
    .nullable(),
  /** For example, that the folder is on a network file system. */
  warnings: z.array(z.string()),
  /**
   * Lists that leave out damaged rows, by what they list ("models"), and how many: "2 models", or "all models" where the list
   * cannot be read.
   */
  leftOut: z.array(z.object({ list: z.string(), rows: z.string() })).optional(),
})

export type WorkspaceInfo = z.infer<typeof workspaceInfo>
