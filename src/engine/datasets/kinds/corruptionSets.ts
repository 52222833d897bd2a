import { corruptionSets } from '#shared/corruptionSets.ts'
import { imagenet1k } from '../../models/index.ts'
import { corruptedParts, severities } from './corrupted.ts'
import type { DatasetKind } from './kind.ts'
import { looksLikeWnid } from './wnids.ts'

const perPart = 50_000

const partsOf = (corruptions: readonly string[]) =>
  corruptions.flatMap((name) => severities.map((severity) => `${name}/${severity}`))

/** The sets of `shared/corruptionSets.ts`: `<corruption>/<severity>/<class>/`, for any part of one. */
export const corruptionSetFolders = {
  recognises: corruptionSets.map(({ id }) => id),
  parts: corruptionSets.flatMap(({ corruptions }) => partsOf(corruptions)),
  async recognise(reader) {
    for (const { id, title, corruptions } of corruptionSets) {
      const found = await corruptedParts(reader, new Set<string>(corruptions))
      if (!found) continue
      const { parts, classes, placeOf } = found
      const published = classes.some(looksLikeWnid)
      return {
        kind: 'folders',
        recognised: id,
        reason: `${parts.length} of the ${partsOf(corruptions).length} parts of ${title} (corruption/severity), ${classes.length} classes.`,
        classes,
        labelsPath: null,
        expected: {
          images: published ? perPart : null,
          parts: partsOf(corruptions),
          classes: published ? imagenet1k().wnids : null,
        },
        videos: false,
        placeOf,
      }
    }
    return null
  },
} as const satisfies DatasetKind
