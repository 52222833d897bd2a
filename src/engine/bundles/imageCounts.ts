import type { Db } from '../workspace/index.ts'
import type { Basis } from './basis.ts'
import { imagesName, type Manifest } from './manifest.ts'
import type { PartChecks } from './partChecks.ts'

/**
 * Checks that the images of a study are as many as its dataset and its sample give: of each class, or in all, those that
 * can be read, or as many as were asked for. A subset may have any of them.
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
  const check = (own: number, { most, least }: { most: number; least: number }, where = '') => {
    if (own > most) checks.fault(imagesName, own, `at most ${most} images`, where)
    else if (own < least && subset === null) checks.fault(imagesName, own, `at least ${least} images`, where)
  }
  for (const [at, { classes, unreadable, parts }] of datasets.entries()) {
    const found = new Map(count.all(at + 1))
    const inAll = sample && 'images' in sample ? sample.images : null
    const perClass = sample && 'perClass' in sample ? sample.perClass : Infinity
    for (const { index, name, images } of classes) {
      const least = inAll === null ? Math.min(perClass, Math.max(0, images - unreadable)) : 0
      const most = parts.length === 0 ? Math.min(perClass, images) : images
      check(found.get(index) ?? 0, { most, least }, `class ${name}`)
    }
    if (inAll === null || parts.length > 0) continue
    const all = classes.reduce((sum, { images }) => sum + images, 0)
    const total = [...found.values()].reduce((sum, own) => sum + own, 0)
    check(total, { most: Math.min(inAll, all), least: Math.min(inAll, Math.max(0, all - unreadable)) })
  }
}
