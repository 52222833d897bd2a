import { z } from 'zod'

/** Schema of a package that is part of what users get, with its licence. */
export const shippedPackage = z.object({
  name: z.string(),
  version: z.string(),
  /** SPDX expression as the package states it; null where it states none. */
  license: z.string().nullable(),
  /** Its licence files, one after another, or the usual text of its licence; null where neither is known. */
  text: z.string().nullable(),
  /** Digest of its archive as npm's lock file writes it; null where that has none. */
  integrity: z.string().nullable(),
  /** Native libraries inside it, with their versions. */
  contains: z.record(z.string(), z.string()),
})
export type ShippedPackage = z.infer<typeof shippedPackage>

/** File beside the page with the packages of a build, ordered by name. */
export const noticesFile = 'notices.json'
