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

/** A random window of a random texture, scaled so that crystals keep their size relative to the picture. */
function ice(height: number, width: number, random: Generator, colours: 'matched' | 'first'): Picture {
  const texture = frostTexture(random.integer(frostTextureCount), colours)
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

/** image * weight + ice * weight. The pictures of ice are synthetic; `ice` says which (`frostTexture`). */
export const frost: CorruptionDefinition = {
  deterministic: false,
  parameters: [
    parameter('Weight of the image', frosts, ([image]) => image),
    parameter('Weight of the ice', frosts, ([, ice]) => ice),
  ],
  apply: (picture, severity, random, { ice: colours }) => {
    const [imageWeight, iceWeight] = at(frosts, severity)
    const window = ice(picture.height, picture.width, random, colours ?? 'first').pixels
    const pixels = picture.pixels.map((value, i) =>
      Math.min(255, imageWeight * value + iceWeight * window[i]!),
    )
    return { ...picture, pixels }
  },
}
