import { z } from 'zod'
import { KernelscopeError } from '../errors.ts'
import { generator } from '../random.ts'
import { fromBitset, masksOf, type Draws } from './draws.ts'

/** Paints over random patches of the model's input (paper 4.1; Naseer et al., "Intriguing Properties of ViTs"). */
export const patchDrop = z.object({
  op: z.literal('patchDrop'),
  /** Side of a patch in pixels. */
  patch: z.int().positive(),
  /** Share of the patches that is dropped, in per cent, rounded down to whole patches. */
  percent: z.int().min(0).max(100),
  /** black: 0 in [0,1] space, as published; mean: the mean colour of ImageNet, whatever the dataset. */
  fill: z.enum(['black', 'mean']),
  seed: z.int(),
  repeat: z.int().min(0),
  /** null: one mask per image. A number: images of one group share a mask (the published one-mask-per-batch form). */
  group: z.int().min(0).nullable(),
  /** SHA-256 of a draws file that gives the masks in place of the seed; null for the seed. */
  draws: z.string().nullable(),
})

export type PatchDrop = z.infer<typeof patchDrop>

/** Mean colour of ImageNet's training images in [0,1], as in torchvision's preprocessing. */
const imagenetMean = [0.485, 0.456, 0.406] as const

export const fillColours = {
  black: [0, 0, 0],
  mean: [
    Math.round(255 * imagenetMean[0]),
    Math.round(255 * imagenetMean[1]),
    Math.round(255 * imagenetMean[2]),
  ],
} as const

export interface PatchGrid {
  rows: number
  columns: number
  total: number
}

/** Patches start at the top left. Patches at the right and bottom border may be partial. */
export function patchGrid(patch: number, height: number, width: number): PatchGrid {
  const rows = Math.ceil(height / patch)
  const columns = Math.ceil(width / patch)
  return { rows, columns, total: rows * columns }
}

/** floor(total * percent / 100), in integers: 0, 19, 39, 58, 78, 98, 117, 137, 156, 176 of 196 for 0, 10, … 90 %. */
export const droppedPatches = (total: number, percent: number) =>
  (total * percent - ((total * percent) % 100)) / 100

/** The keys under which a draws file keeps the mask of an image under this transform. */
export const drawsEntry = (transform: PatchDrop, imageKey: string) => ({
  level: `${transform.percent}/${transform.repeat}`,
  owner: transform.group === null ? imageKey : `group:${transform.group}`,
})

/**
 * Which patches are dropped: one byte per patch in row order, 1 = dropped. The mask depends on seed, percent, repeat
 * and the image's key (its digest) or its group, and not on the order of the images. With `draws` set, the mask is read
 * from that file instead.
 * @throws DRAWS_MALFORMED where the draws file is missing, does not fit, or has no mask for the image
 */
export function patchMask(
  transform: PatchDrop,
  imageKey: string,
  height: number,
  width: number,
  draws?: Draws,
): Uint8Array {
  const { total } = patchGrid(transform.patch, height, width)
  const { level, owner } = drawsEntry(transform, imageKey)
  if (transform.draws !== null) {
    if (draws === undefined) throw new KernelscopeError('DRAWS_MALFORMED', `missing draws ${transform.draws}`)
    const sizes = masksOf(draws)
    const own = sizes.find((one) => one.height === height && one.width === width)
    if (draws.patch !== transform.patch || !own) {
      throw new KernelscopeError(
        'DRAWS_MALFORMED',
        `draws are for patches of ${draws.patch} in ${sizes.map((one) => `${one.height}x${one.width}`).join(' and ')}, not ${transform.patch} in ${height}x${width}`,
      )
    }
    const hex = own.entries[level]?.[owner]
    if (hex === undefined)
      throw new KernelscopeError('DRAWS_MALFORMED', `there is no mask ${level} of ${owner}`, {
        hint: 'The notes of the study say why none was made. A draws file that is chosen must hold the masks of all images.',
      })
    return fromBitset(hex, total)
  }
  const mask = new Uint8Array(total)
  const random = generator('patchDrop', transform.seed, transform.percent, transform.repeat, owner)
  for (const patch of random.sample(total, droppedPatches(total, transform.percent))) mask[patch] = 1
  return mask
}
