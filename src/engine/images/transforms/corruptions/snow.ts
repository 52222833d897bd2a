import type { Generator } from '#shared/random.ts'
import { lengthScale } from '../../filters/levels.ts'
import { motionBlur, type Bytes } from '../../filters/motion.ts'
import { clippedZoom } from '../../filters/zoom.ts'
import type { Picture } from '../../picture.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

export interface SnowStyle {
  mean: number
  deviation: number
  /** Size of a flake, in pixels. */
  zoom: number
  threshold: number
  radius: number
  sigma: number
  /** Weight of the original image; the rest is its whitened version. */
  mix: number
}

type Row = readonly [number, number, number, number, number, number, number]
const style = ([mean, deviation, zoom, threshold, radius, sigma, mix]: Row): SnowStyle => ({
  mean,
  deviation,
  zoom,
  threshold,
  radius,
  sigma,
  mix,
})
const styles: Severities<SnowStyle> = [
  style([0.1, 0.3, 3, 0.5, 10, 4, 0.8]),
  style([0.2, 0.3, 2, 0.5, 12, 4, 0.7]),
  style([0.55, 0.3, 4, 0.9, 12, 8, 0.7]),
  style([0.55, 0.3, 4.5, 0.85, 12, 8, 0.65]),
  style([0.55, 0.3, 2.5, 0.85, 12, 12, 0.55]),
]

/** The layer of flakes before motion blur: zoomed noise above the threshold, one channel of 8 bits. */
export function snowLayer(height: number, width: number, style: SnowStyle, random: Generator): Bytes {
  const values = random.normals(height * width)
  for (let i = 0; i < values.length; i++) values[i] = style.mean + style.deviation * values[i]!
  const zoom = Math.max(1, style.zoom * lengthScale({ height, width }))
  const flakes = clippedZoom({ values, height, width, channels: 1 }, zoom).values
  const pixels = new Uint8Array(flakes.length)
  for (let i = 0; i < pixels.length; i++) {
    const flake = flakes[i]!
    pixels[i] = flake < style.threshold ? 0 : Math.min(255, Math.max(0, 255 * flake))
  }
  return { pixels, height, width, channels: 1 }
}

/** Whitens a picture, and adds the layer blurred in a direction and the same layer turned by 180 degrees. */
export function underSnow(picture: Picture, layer: Bytes, style: SnowStyle, degrees: number): Picture {
  const scale = lengthScale(picture)
  const falling = motionBlur(
    layer,
    Math.max(1, Math.round(style.radius * scale)),
    style.sigma * scale,
    degrees,
  ).pixels
  const pixels = new Uint8Array(picture.pixels.length)
  const last = falling.length - 1
  for (let pixel = 0; pixel <= last; pixel++) {
    const i = 3 * pixel
    const red = picture.pixels[i]!
    const green = picture.pixels[i + 1]!
    const blue = picture.pixels[i + 2]!
    const white = 1.5 * (0.299 * red + 0.587 * green + 0.114 * blue) + 127.5
    const snow = falling[pixel]! + falling[last - pixel]!
    const rest = 1 - style.mix
    pixels[i] = Math.min(255, style.mix * red + rest * Math.max(red, white) + snow)
    pixels[i + 1] = Math.min(255, style.mix * green + rest * Math.max(green, white) + snow)
    pixels[i + 2] = Math.min(255, style.mix * blue + rest * Math.max(blue, white) + snow)
  }
  return { ...picture, pixels }
}

/** Snow that falls in one direction per image, drawn from -135 to -45 degrees. Flakes are motion-blurred noise. */
export const snow: CorruptionDefinition = {
  deterministic: false,
  parameters: [
    parameter('Mean of the layer', styles, ({ mean }) => mean),
    parameter('Standard deviation', styles, ({ deviation }) => deviation),
    parameter('Size of a flake', styles, ({ zoom }) => zoom),
    parameter('Threshold', styles, ({ threshold }) => threshold),
    parameter('Fall: radius', styles, ({ radius }) => radius),
    parameter('Fall: sigma', styles, ({ sigma }) => sigma),
    parameter('Share of the image', styles, ({ mix }) => mix),
  ],
  apply: (picture, severity, random) => {
    const style = at(styles, severity)
    const layer = snowLayer(picture.height, picture.width, style, random)
    return underSnow(picture, layer, style, 90 * random.uniform() - 135)
  },
}
