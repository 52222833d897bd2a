import { join } from 'node:path'
import { z } from 'zod'
import type { DataTable } from '#shared/contract/index.ts'
import type { Db } from '../workspace/index.ts'
import { imagesOfStudy, type NumberedImage, type StudyParts } from './describe.ts'
import { imageColumns, imageLine } from './facts.ts'
import { writeLines } from './lines.ts'
import { imagesName, sha256 } from './manifest.ts'
import { archiveLimits } from './reader.ts'

/**
 * Which names of images a bundle holds: all where pictures are found in several parts by their names or where the study reads
 * what they say, else those that a table shows. File names may say more of images than their owner wants to give away.
 */
export function namesShown(
  db: Db,
  parts: StudyParts,
  tables: readonly DataTable[],
): (name: string) => boolean {
  if (parts.definition.readsNames) return () => true
  for (const page of imagesOfStudy(db, parts)) if (page.some(({ part }) => part !== null)) return () => true
  const shown = new Set<unknown>(tables.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row))))
  return (name) => shown.has(name)
}

/**
 * Writes the images of a study as images.csv into a folder. Returns their number.
 *
 * @throws DISK_FULL, UNSUPPORTED as `writeEvidence`
 */
export async function writeImages(
  db: Db,
  parts: StudyParts,
  folder: string,
  named: (name: string) => boolean,
): Promise<number> {
  const file = await writeLines(join(folder, imagesName), imageColumns.join(','), archiveLimits.entryBytes)
  try {
    for (const page of imagesOfStudy(db, parts))
      for (const image of page) await file.line(imageLine(named(image.name) ? image : { ...image, name: '' }))
    return await file.end()
  } finally {
    await file.close()
  }
}

/** A line of images.csv. */
export const bundledImage = z
  .object({
    dataset: z.coerce.number().int().min(1),
    image: sha256,
    class: z.string(),
    part: z.string(),
    name: z.string(),
  })
  .transform(({ image, class: className, part, ...rest }): Omit<NumberedImage, 'id'> => ({
    ...rest,
    digest: image,
    className,
    part: part === '' ? null : part,
  }))
