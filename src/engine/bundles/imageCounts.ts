import type { Db } from '../workspace/index.ts'
import type { Basis } from './basis.ts'
import { imagesName, type Manifest } from './manifest.ts'
import type { PartChecks } from './partChecks.ts'

/**
 * Checks that the images of a study are as many as its dataset and its sample give: of each class all that can be read,
 * or as many as were asked for. A subset may have any of them.
 */
export function checkImageCounts(
  db: Db,
  { datasets, subset }: Basis,
  sample: Manifest['study']['sample'],
  checks: PartChecks,
): void {
  const count = db
    .prepare<[number], [number, number]>(
      'SELECT class_idx, count(*) FROM image WHERE dataset_id = ? AND class_idx IS NOT NULL GROUP BY class_idx',
    )
    .raw()
  for (const [at, { classes, unreadable, parts }] of datasets.entries()) {
    const found = new Map(count.all(at + 1))
    for (const { index, name, images } of classes) {
      const own = found.get(index) ?? 0
      const most = sample && parts.length === 0 ? Math.min(sample.perClass, images) : images
      const sure = Math.max(0, images - unreadable)
      const least = sample ? Math.min(sample.perClass, sure) : sure
      if (own > most) checks.fault(imagesName, own, `at most ${most} images`, `class ${name}`)
      else if (own < least && subset === null)
        checks.fault(imagesName, own, `at least ${least} images`, `class ${name}`)
    }
  }
}
