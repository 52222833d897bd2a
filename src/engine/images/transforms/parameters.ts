import { frameCount, type CorruptionName, type PerturbationName } from '#shared/transforms/index.ts'
import { steps } from './corruptions/brightness.ts'
import { factors as contrasts } from './corruptions/contrast.ts'
import { disks } from './corruptions/defocusBlur.ts'
import { elastics } from './corruptions/elasticTransform.ts'
import { fogs } from './corruptions/fog.ts'
import { frosts } from './corruptions/frost.ts'
import { sigmas } from './corruptions/gaussianBlur.ts'
import { deviations } from './corruptions/gaussianNoise.ts'
import { glasses } from './corruptions/glassBlur.ts'
import { shares } from './corruptions/impulseNoise.ts'
import { qualities } from './corruptions/jpegCompression.ts'
import { motions } from './corruptions/motionBlur.ts'
import { factors as shrinks } from './corruptions/pixelate.ts'
import { changes } from './corruptions/saturate.ts'
import { photons } from './corruptions/shotNoise.ts'
import { styles } from './corruptions/snow.ts'
import { spatters } from './corruptions/spatter.ts'
import { deviations as speckles } from './corruptions/speckleNoise.ts'
import type { Severities } from './corruptions/types.ts'
import { zooms } from './corruptions/zoomBlur.ts'

/** A published parameter of a corruption by its name, with its value at severities 1 to 5; lengths in pixels at 224. */
export interface Parameter {
  title: string
  values: string[]
}

const parameter = <T>(
  title: string,
  table: Severities<T>,
  read: (entry: T) => string | number,
): Parameter => ({
  title,
  values: table.map((entry) => {
    const value = read(entry)
    return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value
  }),
})

const same = (value: number) => value

/** What each corruption does at each severity, from the tables it is made with. */
export const corruptionParameters: Record<CorruptionName, Parameter[]> = {
  gaussian_noise: [parameter('Standard deviation', deviations, same)],
  shot_noise: [parameter('Photons of a white pixel', photons, same)],
  impulse_noise: [parameter('Share of the channel values', shares, same)],
  defocus_blur: [
    parameter('Radius of the disk', disks, ([radius]) => radius),
    parameter('Sigma of its edge', disks, ([, sigma]) => sigma),
  ],
  glass_blur: [
    parameter('Sigma', glasses, ([sigma]) => sigma),
    parameter('Largest shift', glasses, ([, shift]) => shift),
    parameter('Iterations', glasses, ([, , iterations]) => iterations),
  ],
  motion_blur: [
    parameter('Radius', motions, ([radius]) => radius),
    parameter('Sigma', motions, ([, sigma]) => sigma),
  ],
  zoom_blur: [
    parameter('Zoom factors', zooms, ([count]) => count),
    parameter('Largest factor', zooms, ([count, step]) => (1 + (count - 1) * step).toFixed(2)),
  ],
  snow: [
    parameter('Mean of the layer', styles, ({ mean }) => mean),
    parameter('Standard deviation', styles, ({ deviation }) => deviation),
    parameter('Size of a flake', styles, ({ zoom }) => zoom),
    parameter('Threshold', styles, ({ threshold }) => threshold),
    parameter('Fall: radius', styles, ({ radius }) => radius),
    parameter('Fall: sigma', styles, ({ sigma }) => sigma),
    parameter('Share of the image', styles, ({ mix }) => mix),
  ],
  frost: [
    parameter('Weight of the image', frosts, ([image]) => image),
    parameter('Weight of the ice', frosts, ([, ice]) => ice),
  ],
  fog: [
    parameter('Strength', fogs, ([strength]) => strength),
    parameter('Decay of the plasma', fogs, ([, decay]) => decay),
  ],
  brightness: [parameter('Added to V of HSV', steps, same)],
  contrast: [parameter('Factor', contrasts, same)],
  elastic_transform: [
    parameter('Strength', elastics, ([strength]) => strength),
    parameter('Sigma', elastics, ([, sigma]) => sigma),
    parameter('Shift of the corners', elastics, ([, , shift]) => shift),
  ],
  pixelate: [parameter('Factor', shrinks, same)],
  jpeg_compression: [parameter('Quality', qualities, same)],
  speckle_noise: [parameter('Standard deviation', speckles, same)],
  gaussian_blur: [parameter('Sigma', sigmas, same)],
  spatter: [
    parameter('Liquid', spatters, ([, , liquid]) => liquid),
    parameter('Sigma', spatters, ([look]) => look.sigma),
    parameter('Threshold', spatters, ([look]) => look.threshold),
    parameter('Strength', spatters, ([, strength]) => strength),
  ],
  saturate: [
    parameter('Factor of S of HSV', changes, ([factor]) => factor),
    parameter('Added to S', changes, ([, offset]) => offset),
  ],
}

const degrees = (value: number) => `${signed(value)}°`
const signed = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value)}`

/** What a frame of a perturbation sequence is, in words; lengths in pixels at 224. */
export function frameText(name: PerturbationName, frame: number): string {
  if (frame < 0 || frame >= frameCount(name)) throw new RangeError(`invalid frame: ${frame}`)
  switch (name) {
    case 'gaussian_noise':
    case 'shot_noise':
    case 'speckle_noise':
      return frame === 0 ? 'clean' : `draw ${frame}`
    case 'motion_blur':
      return degrees(4 * (frame - 30))
    case 'zoom_blur':
      return frame === 0 ? 'clean' : `up to ${(1 + 0.004 * frame).toFixed(3)} times`
    case 'snow':
      return `fall ${degrees(4 * frame - 150)}`
    case 'brightness':
      return `V ${signed(Number((0.02 * (frame - 15)).toFixed(2)))}`
    case 'translate':
      return `${signed(frame - 20)} px`
    case 'rotate':
    case 'tilt':
    case 'shear':
      return degrees(frame - 15)
    case 'scale':
      return `${((40 + 2.5 * frame) / 100).toFixed(3)} times`
    case 'gaussian_blur':
      return `sigma ${(0.25 + 0.035 * frame).toFixed(3)}`
    case 'spatter':
      return frame === 0 ? 'fresh' : `flowed ${frame} times`
  }
}
