import { z } from 'zod'

/** What indexing found, compared with what the dataset's kind should hold. Written at the end of indexing. */
export const datasetReport = z.object({
  /** Why the folder was recognised as this kind. */
  reason: z.string(),
  /** Number of images of the published set; null where there is no such number. */
  expected: z.int().nullable(),
  found: z.int(),
  unreadable: z.int(),
  /** Images without a class. They are indexed, but studies leave them out. */
  unlabelled: z.int(),
  /** Images with the same bytes as another image of the same part. */
  duplicates: z.int(),
  /** Images that appear twice under different classes. */
  contradictions: z.int(),
  missingParts: z.array(z.string()),
  /** Folders that are not a part of this kind of dataset. */
  unknownParts: z.array(z.string()),
  missingClasses: z.array(z.string()),
  /** Folders that are not a class of this kind of dataset. */
  unknownClasses: z.array(z.string()),
  /** One line for each irregularity, for people, including those without a number above. */
  remarks: z.array(z.string()),
})

export type DatasetReport = z.infer<typeof datasetReport>
