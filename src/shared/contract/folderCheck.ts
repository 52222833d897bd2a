import { z } from 'zod'

/** What a comparison of files with what was indexed found. */
export const folderCheck = z.object({
  /** Readable files of the index. */
  of: z.int(),
  /** Files that were looked at. */
  looked: z.int(),
  /** Files whose bytes were read and have the digest that was indexed. Other files are the same by size and time alone. */
  digests: z.int(),
  same: z.int(),
  changed: z.int(),
  missing: z.int(),
  /** Names of the first files that differ. */
  names: z.array(z.string()),
})

export type FolderCheck = z.infer<typeof folderCheck>
