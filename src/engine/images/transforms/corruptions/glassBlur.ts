import { gaussianBlur } from '../../filters/blur.ts'
import { lengthScale, toLevels, toPicture } from '../../filters/levels.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** Sigma, largest shift in pixels, number of iterations. */
const glasses: Severities<readonly [number, number, number]> = [
  [0.7, 1, 2],
  [0.9, 2, 1],
  [1, 2, 3],
  [1.1, 3, 2],
  [1.5, 4, 2],
]

/**
 * Exchanges pixels with near ones between two blurs. The published code exchanges views, so that only one of the two
 * pixels changes. That is the default here; the true exchange is an option.
 */
export const glassBlur: CorruptionDefinition = {
  deterministic: false,
  parameters: [
    parameter('Sigma', glasses, ([sigma]) => sigma),
    parameter('Largest shift', glasses, ([, shift]) => shift),
    parameter('Iterations', glasses, ([, , iterations]) => iterations),
  ],
  apply: (picture, severity, random, { variant }) => {
    const [publishedSigma, publishedShift, iterations] = at(glasses, severity)
    const scale = lengthScale(picture)
    const sigma = publishedSigma * scale
    const shift = Math.max(1, Math.round(publishedShift * scale))
    const { height, width } = picture
    const { pixels } = toPicture(gaussianBlur(toLevels(picture), sigma))
    for (let iteration = 0; iteration < iterations; iteration++) {
      for (let y = height - shift; y > shift; y--) {
        for (let x = width - shift; x > shift; x--) {
          const dx = random.integer(2 * shift) - shift
          const dy = random.integer(2 * shift) - shift
          const here = 3 * (y * width + x)
          const there = 3 * ((y + dy) * width + x + dx)
          for (let c = 0; c < 3; c++) {
            const kept = pixels[here + c]!
            pixels[here + c] = pixels[there + c]!
            if (variant === 'swap') pixels[there + c] = kept
          }
        }
      }
    }
    return toPicture(gaussianBlur(toLevels({ pixels, height, width }), sigma))
  },
}
