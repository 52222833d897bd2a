import { KernelscopeError } from '#shared/errors.ts'
import type { Generator } from '#shared/random.ts'
import { frostTexture, frostTextureCount } from '../../filters/frostTexture.ts'
import { lengthScale } from '../../filters/levels.ts'
import type { Picture } from '../../picture.ts'
import { resize } from '../../resample.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** Weights of the image and the ice. */
const frosts: Severities<readonly [number, number]> = [
  [1, 0.4],
  [0.8, 0.6],
  [0.7, 0.7],
  [0.65, 0.7],
  [0.6, 0.75],
]

type Ice = Parameters<CorruptionDefinition['apply']>[3]

/**
 * The picture of ice with an index from 0: one of those that a person has named, or else of our own.
 *
 * @throws FILE_MISSING where a named picture was not given
 */
function iceAt(index: number, { ice, pictures }: Ice): Picture {
  if (!Array.isArray(ice)) return frostTexture(index, ice ?? 'first')
  const found = pictures?.[index]
  if (found) return found
  throw new KernelscopeError('FILE_MISSING', `the picture of ice ${ice[index] ?? ''} was not given`)
}

/**
 * A random window of a random picture of ice, scaled so that crystals keep their size relative to the image. At 224 pixels
 * nothing is scaled, and rows start at 0 to height - 225, as in the published code.
 */
function iceWindow(height: number, width: number, random: Generator, ice: Ice): Picture {
  const texture = iceAt(random.integer(frostTextureCount), ice)
  const scale = Math.max(
    lengthScale({ height, width }),
    (height + 1) / texture.height,
    (width + 1) / texture.width,
  )
  const tall = Math.round(texture.height * scale)
  const wide = Math.round(texture.width * scale)
  const top = random.integer(tall - height)
  const left = random.integer(wide - width)
  return resize(texture, tall, wide, 'bilinear', { top, left, height, width })
}

/** image * weight + ice * weight. `ice` says which pictures: those of our own (`frostTexture`), or five that were named. */
export const frost: CorruptionDefinition = {
  deterministic: false,
  parameters: [
    parameter('Weight of the image', frosts, ([image]) => image),
    parameter('Weight of the ice', frosts, ([, ice]) => ice),
  ],
  apply: (picture, severity, random, ice) => {
    const [imageWeight, iceWeight] = at(frosts, severity)
    const window = iceWindow(picture.height, picture.width, random, ice).pixels
    const pixels = picture.pixels.map((value, i) =>
      Math.min(255, imageWeight * value + iceWeight * window[i]!),
    )
    return { ...picture, pixels }
  },
}
