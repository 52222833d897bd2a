/**
 * Renders docs/images/corruptions.png (19 corruptions x 5 severities) and docs/images/perturbations.png (14 sequences,
 * five frames of each) from one image of the sample suite.
 * Run: node scripts/contactSheets.ts
 */
import { join } from 'node:path'
import sharp, { type OverlayOptions } from 'sharp'
import { applyGeometry, applyResize } from '#engine/images/geometry.ts'
import { applyTransform, encodePng, readPicture } from '#engine/images/index.ts'
import {
  corruptionNames,
  frameCount,
  perturbationNames,
  pixelTransform,
  type PixelTransform,
} from '#shared/transforms/index.ts'

const root = join(import.meta.dirname, '..')
const picture = await readPicture(join(root, 'resources/sample/suites/val/dog/dog_000.png'))
const resized = {
  size: [224, 224] as [number, number],
  resize: 'shorter',
  resizeTo: 256,
  interpolation: 'bicubic',
} as const
const crop = applyGeometry(picture, resized)
const whole = applyResize(picture, resized)

const cell = 112
const gap = 4
const label = 160
const head = 26

const text = (content: string, x: number, y: number) =>
  `<text x="${x}" y="${y}" font-family="Inter, DejaVu Sans, sans-serif" font-size="13" fill="#222">${content}</text>`

/** Renders a sheet with a row per name and a column per title. */
async function sheet(
  file: string,
  names: readonly string[],
  columns: string[],
  values: (name: string) => PixelTransform[],
): Promise<void> {
  const width = label + columns.length * (cell + gap)
  const height = head + names.length * (cell + gap)
  const words = columns.map((title, i) => text(title, label + i * (cell + gap), 17))
  const cells: OverlayOptions[] = []
  for (const [row, name] of names.entries()) {
    const top = head + row * (cell + gap)
    words.push(text(name === 'frost' ? 'frost (own ice)' : name, 8, top + cell / 2 + 5))
    for (const [column, value] of values(name).entries()) {
      const shown = await applyTransform(crop, value, { imageKey: 'contact sheet', whole: () => whole })
      const png = await encodePng(shown.pixels, shown.height, shown.width)
      const input = await sharp(png).resize(cell, cell).png().toBuffer()
      cells.push({ input, left: label + column * (cell + gap), top })
    }
  }
  const labels = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${words.join('')}</svg>`
  await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...cells, { input: Buffer.from(labels), left: 0, top: 0 }])
    .png({ compressionLevel: 9, palette: true })
    .toFile(join(root, 'docs/images', file))
}

const severities = [1, 2, 3, 4, 5]
const shares = [0, 0.25, 0.5, 0.75, 1]
await sheet(
  'corruptions.png',
  corruptionNames,
  severities.map((severity) => `severity ${severity}`),
  (name) =>
    severities.map((severity) =>
      pixelTransform.parse({
        op: 'corruption',
        name,
        severity,
        seed: 1,
        ...(name === 'frost' && { ice: 'matched' }),
      }),
    ),
)
await sheet(
  'perturbations.png',
  perturbationNames,
  shares.map((share) => (share === 0 ? 'first frame' : share === 1 ? 'last frame' : `${100 * share} %`)),
  (name) => {
    const last = frameCount(perturbationNames.find((known) => known === name) ?? 'tilt') - 1
    return shares.map((share) =>
      pixelTransform.parse({ op: 'perturbation', name, frame: Math.round(share * last), seed: 1 }),
    )
  },
)
