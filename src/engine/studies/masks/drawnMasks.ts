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
import type { Masked } from './maskFile.ts'
import type { StoredModel } from '../../models/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import { imageChunks, type ImageSource, partFor, type PlannedCondition } from '../../facts/index.ts'

/** An image as far as its mask depends on it and on its group. */
export interface DrawnImage extends Masked {
  id: number
}

/** The masks that the conditions of a model show, at its input size, made as they are read. */
export interface DrawnMasks extends WrittenMasks {
  close(): void
}

/** Images of a source by digest, equal ones by id, in 256 parts; other work of the thread has its turn between. */
export async function inDigestOrder(
  db: Db,
  source: ImageSource,
  signal?: AbortSignal,
): Promise<DrawnImage[][]> {
  const parts = Array.from({ length: 256 }, (): DrawnImage[] => [])
  // One text for each class, however many images.
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

/** Opens the draws that conditions replay. `images` as `inDigestOrder` gives them. */
export async function openDrawn(
  workspace: Workspace,
  { model, conditions }: { model: Pick<StoredModel, 'preprocessing'>; conditions: PlannedCondition[] },
  images: readonly DrawnImage[][],
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
  const bitsOf = (transform: PatchDrop, image: DrawnImage) => {
    const { level } = drawsEntry(transform, image.digest)
    // Of one level: there is one for each repeat.
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

/** The masks of one condition by owner: of images, the first of equal ones stands for all; or of groups, that of their first image. */
function* entriesOf(
  stored: PlannedCondition | undefined,
  images: readonly DrawnImage[][],
  bitsOf: (transform: PatchDrop, image: DrawnImage) => string,
): Generator<readonly [string, string]> {
  if (!stored) return
  const groups = new Map<string, { image: DrawnImage; transform: PatchDrop }>()
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
