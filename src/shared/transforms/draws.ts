import { z } from 'zod'
import { KernelscopeError } from '../errors.ts'

/** Masks of images of one size, in pixels. */
const masks = z.object({
  height: z.int().positive(),
  width: z.int().positive(),
  entries: z.record(
    z.string().regex(/^\d+\/\d+$/),
    z.record(
      z.string().min(1),
      z
        .string()
        .regex(/^([0-9a-f]{2})*$/)
        .meta({
          description:
            'One bit per patch in row order, 1 = dropped; the first patch is the lowest bit of the first byte',
        }),
    ),
  ),
})

/**
 * A draws file: the random draws of a study, which can be replayed anywhere. For every "<percent>/<repeat>" and every
 * image digest (or "group:<n>") it holds the dropped patches as a hexadecimal bitset. Models with other input sizes
 * have other grids of patches, and therefore masks of their own.
 */
export const draws = z.object({
  format: z.literal('kernelscope-draws'),
  version: z.literal(1),
  /** Side of a patch in pixels. */
  patch: z.int().positive(),
  ...masks.shape,
  /** Masks for images of other sizes. */
  others: z.array(masks).optional(),
})

export type Draws = z.infer<typeof draws>

/** The masks of a draws file for images of one size. */
export type SizedMasks = z.infer<typeof masks>

/** The masks of a draws file, one entry per image size. */
export const masksOf = ({ height, width, entries, others = [] }: Draws): SizedMasks[] => [
  { height, width, entries },
  ...others,
]

/** Reduces a draws file to one transform of one image, in all sizes. */
export function onlyEntry(file: Draws, level: string, owner: string): Draws {
  const cut = <Masks extends SizedMasks>(one: Masks): Masks => {
    const mask = one.entries[level]?.[owner]
    return { ...one, entries: mask === undefined ? {} : { [level]: { [owner]: mask } } }
  }
  const whole = cut(file)
  return whole.others ? { ...whole, others: whole.others.map(cut) } : whole
}

/**
 * Reads a draws file.
 * @throws DRAWS_MALFORMED where the text is not a draws file; the message names the place
 */
export function parseDraws(json: string): Draws {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new KernelscopeError('DRAWS_MALFORMED', 'invalid draws file: not JSON', { cause })
  }
  return checkDraws(value)
}

/**
 * Checks the parsed JSON of a draws file.
 * @throws DRAWS_MALFORMED where a member is wrong; the message names the place
 */
export function checkDraws(value: unknown): Draws {
  const parsed = draws.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const place = issue?.path.length ? `${issue.path.join('.')}: ` : ''
  throw new KernelscopeError('DRAWS_MALFORMED', `invalid draws file: ${place}${issue?.message ?? 'unknown'}`)
}

/** Writes one bit per patch in row order, in hexadecimal; the first patch is the lowest bit of the first byte. */
export function toBitset(mask: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8))
  mask.forEach((dropped, i) => {
    if (dropped) bytes[i >> 3]! |= 1 << (i & 7)
  })
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * The inverse of `toBitset`: one byte per patch, 1 = dropped.
 * @throws DRAWS_MALFORMED where the text does not hold exactly `patches` bits
 */
export function fromBitset(hex: string, patches: number): Uint8Array {
  const mask = new Uint8Array(patches)
  if (hex.length !== 2 * Math.ceil(patches / 8)) {
    throw new KernelscopeError(
      'DRAWS_MALFORMED',
      `invalid bitset: ${hex.length / 2} bytes for ${patches} patches`,
    )
  }
  for (let byte = 0; byte < hex.length / 2; byte++) {
    const bits = Number.parseInt(hex.slice(2 * byte, 2 * byte + 2), 16)
    for (let bit = 0; bit < 8; bit++) {
      const set = (bits >> bit) & 1
      const patch = 8 * byte + bit
      if (patch < patches) mask[patch] = set
      else if (set)
        throw new KernelscopeError('DRAWS_MALFORMED', `invalid bitset: patch ${patch} of ${patches}`)
    }
  }
  return mask
}
