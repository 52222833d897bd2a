import { imagenetC19 } from '#shared/transforms/index.ts'
import { imagenet1k } from '../../models/index.ts'
import type { DatasetKind } from './kind.ts'
import { corruptedParts, severities } from './corrupted.ts'
import { cifarOf } from './cifar.ts'
import { looksLikeWnid } from './wnids.ts'

const known = new Set<string>(imagenetC19)

/** All parts of ImageNet-C, in the order of its table. */
export const imagenetCParts = imagenetC19.flatMap((name) => severities.map((s) => `${name}/${s}`))

const perPart = 50000
const perCifarPart = 10000

/**
 * ImageNet-C: `<corruption>/<severity>/<class>/`, for any of its parts. The corruptions may also be below the folders of
 * its archives (noise, blur, weather, digital, extra), or the folder may be that of one corruption.
 */
export const imagenetC = {
  recognises: ['imagenet-c', 'cifar-10-c', 'cifar-100-c'],
  parts: imagenetCParts,
  recognise: async (reader) => {
    const found = await corruptedParts(reader, known)
    if (!found) return null
    const { parts, classes, placeOf } = found
    const published = classes.some(looksLikeWnid)
    const cifar = cifarOf(classes)
    const title = cifar ? `CIFAR-${cifar}-C` : 'ImageNet-C'
    return {
      kind: 'folders',
      recognised: cifar ? `cifar-${cifar}-c` : 'imagenet-c',
      reason: `${parts.length} of the ${imagenetCParts.length} parts of ${title} (corruption/severity), ${classes.length} classes.`,
      classes,
      labelsPath: null,
      expected: {
        images: published ? perPart : cifar ? perCifarPart : null,
        parts: imagenetCParts,
        classes: published ? imagenet1k().wnids : cifar ? classes : null,
      },
      videos: false,
      placeOf,
    }
  },
} as const satisfies DatasetKind
