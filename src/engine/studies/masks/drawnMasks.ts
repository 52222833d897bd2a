import {
  byLevel,
  drawsEntry,
  patchMask,
  toBitset,
  type PatchDrop,
  type WrittenMasks,
} from '#shared/transforms/index.ts'
import type { Db, Workspace } from '../../workspace/index.ts'
import { openDraws } from './draws.ts'
import type { DrawsReader } from './reader.ts'
import type { MaskedExample } from './maskFile.ts'
import type { StoredModel } from '../../models/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import { imageChunks, type ImageSource, partFor, type PlannedCondition } from '../../facts/index.ts'

/** An image with what its mask and its group depend on. */
export interface MaskedImage extends MaskedExample {
  id: number
}

/** The masks that the conditions of a model apply, at its input size, computed while they are read. */
export interface DrawnMasks extends WrittenMasks {
  close(): void
}

/**
 * Reads the images of a source ordered by digest, equal digests by id, in 256 parts by first byte. It yields
 * to other work in between.
 *
 * @throws the signal's reason where it aborts
 */
export async function inDigestOrder(
  db: Db,
  source: ImageSource,
  signal?: AbortSignal,
): Promise<MaskedImage[][]> {
  const parts = Array.from({ length: 256 }, (): MaskedImage[] => [])
  // Images of a class share one string.
  const names = new Map<string, string>()
  for (const chunk of imageChunks(db, source, 1000)) {
    for (const { id, digest, className } of chunk) {
      const name = names.get(className) ?? className
      names.set(name, name)
      parts[Number.parseInt(digest.slice(0, 2), 16)]?.push({ id, digest, className: name })
    }
    await nextTurn()
    signal?.throwIfAborted()
  }
  for (const part of parts) {
    part.sort((a, b) => (a.digest === b.digest ? a.id - b.id : a.digest < b.digest ? -1 : 1))
    await nextTurn()
  }
  return parts
}

/**
 * Opens the masks of a model's conditions. Reads the draws files that they replay.
 *
 * @param images as `inDigestOrder` returns them
 * @throws DRAWS_MALFORMED where a draws file is missing or damaged
 */
export async function openDrawn(
  workspace: Workspace,
  { model, conditions }: { model: Pick<StoredModel, 'preprocessing'>; conditions: PlannedCondition[] },
  images: readonly MaskedImage[][],
): Promise<DrawnMasks> {
  const [height, width] = model.preprocessing.size
  const replayed = new Map<string, DrawsReader>()
  const close = () => {
    for (const reader of replayed.values()) reader.close()
  }
  try {
    for (const { transform } of conditions.flatMap(({ parts }) => parts))
      if (transform.op === 'patchDrop' && transform.draws !== null && !replayed.has(transform.draws))
        replayed.set(transform.draws, await openDraws(workspace, transform.draws))
  } catch (error) {
    close()
    throw error
  }
  const bitsOf = (transform: PatchDrop, image: MaskedImage) => {
    const { level } = drawsEntry(transform, image.digest)
    // Reads one level only: the file has one for each repeat.
    const draws = transform.draws === null ? undefined : replayed.get(transform.draws)?.of(image, level)
    return toBitset(patchMask(transform, image.digest, height, width, draws))
  }
  const first = new Map(
    conditions.toReversed().flatMap((stored) => {
      const transform = stored.parts[0]?.transform
      return transform?.op === 'patchDrop' ? [[drawsEntry(transform, '').level, stored] as const] : []
    }),
  )
  const empty = images.every((part) => part.length === 0)
  const levels = empty ? [] : [...first.keys()].sort(byLevel)
  return {
    height,
    width,
    levels: levels.map((level) => ({ level, entries: entriesOf(first.get(level), images, bitsOf) })),
    close,
  }
}

/**
 * Yields the masks of one condition by owner. An owner is an image, where equal images have one mask, or a
 * group, whose mask is that of its first image.
 */
function* entriesOf(
  stored: PlannedCondition | undefined,
  images: readonly MaskedImage[][],
  bitsOf: (transform: PatchDrop, image: MaskedImage) => string,
): Generator<readonly [string, string]> {
  if (!stored) return
  const groups = new Map<string, { image: MaskedImage; transform: PatchDrop }>()
  let last = ''
  for (const part of images)
    for (const image of part) {
      const { transform } = partFor(stored, image.id)
      if (transform.op !== 'patchDrop') continue
      const { owner } = drawsEntry(transform, image.digest)
      if (transform.group !== null) {
        const known = groups.get(owner)
        if (!known || image.id < known.image.id) groups.set(owner, { image, transform })
      } else if (owner !== last) yield [(last = owner), bitsOf(transform, image)]
    }
  for (const [owner, { image, transform }] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
    yield [owner, bitsOf(transform, image)]
}
