import { plainNumber } from '#shared/figures/format.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { bandRadii, type BandNoise } from '#shared/transforms/index.ts'
import { bandSpectrum } from '../../../images/index.ts'
import { imageChunks } from '../../../facts/index.ts'
import type { ViewContext } from '../../definition/index.ts'
import { nextTurn } from '../../../base/nextTurn.ts'

type Band = Omit<BandNoise, 'std'>

/**
 * Images whose noise is averaged: enough to see the band, few enough to compute whenever the study is shown.
 */
const shownImages = 4

/** Most cells per side. */
const mostCells = 64

/** The mean spectrum of each band's noise, over the noise of the first images, at the first model's size. */
export async function spectrumFigures(
  bands: readonly Band[],
  { workspace: { db }, source, models: [model] }: ViewContext,
): Promise<FigureSpec[]> {
  const images = imageChunks(db, source, shownImages).next().value ?? []
  if (!model || images.length === 0) return []
  const { size } = model.preprocessing
  const [height, width] = size
  const sums = bands.map(() => new Float64Array(height * width))
  for (const { digest } of images) {
    for (const [place, band] of bands.entries()) {
      const found = bandSpectrum(band, digest, height, width)
      sums[place]?.forEach((value, at, all) => (all[at] = value + (found[at] ?? 0)))
    }
    await nextTurn()
  }
  return bands.map((band, place) => {
    const mean = sums[place]?.map((value) => value / images.length) ?? new Float64Array()
    return spectrumFigure(band, mean, [height, width], images.length)
  })
}

function spectrumFigure(
  band: Band,
  mean: Float64Array,
  [height, width]: [number, number],
  images: number,
): FigureSpec {
  const step = Math.ceil(Math.max(height, width) / mostCells)
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)]
  const sums = new Float64Array(rows * columns)
  const counts = new Float64Array(rows * columns)
  mean.forEach((value, at) => {
    const cell = Math.floor(Math.floor(at / width) / step) * columns + Math.floor((at % width) / step)
    sums[cell] = (sums[cell] ?? 0) + value
    counts[cell] = (counts[cell] ?? 0) + 1
  })
  const values = Array.from(sums, (sum, cell) => (sum > 0 ? Math.log10(sum / (counts[cell] ?? 1)) : null))
  const { inner, outer } = bandRadii(band, height)
  const borders = [band.centre - band.width / 2, band.centre + band.width / 2]
    .map((edge) => Math.min(1000, Math.max(0, edge)) / 1000)
    .join(' π to ')
  const place = `${band.centre / 1000} π`
  return {
    id: `spectrum-${band.centre}`,
    kind: 'heatmap',
    title: `Spectrum of the noise at ${place}`,
    x: { label: 'Horizontal frequency / π', unit: 'none', scale: 'category' },
    y: { label: 'Vertical frequency / π', unit: 'none', scale: 'category' },
    series: [],
    references: [],
    spans: [],
    cells: {
      rows: frequencyNames(height, step),
      columns: frequencyNames(width, step),
      values,
      map: 'sequential',
      label: 'log10 of the magnitude',
    },
    notes: [
      `Band from ${borders} π (${band.ring} ring, radius ${inner} to ${outer} of ${height >> 1}).`,
      `Magnitude of the 2-D Fourier transform of the noise in the normalised input, mean over channels and ${images} images, at ${height}x${width}; zero in the middle, empty where there is nothing.`,
    ],
    alt: `Where in the plane of frequencies the noise at ${place} lies: a ${band.ring} ring from ${borders} π.`,
  }
}

/** Labels of the cells at -1, -0.5, 0 and 0.5 π; '' for the others. */
function frequencyNames(side: number, step: number): string[] {
  const names = new Array<string>(Math.ceil(side / step)).fill('')
  for (const frequency of [-1, -0.5, 0, 0.5]) {
    const index = (side >> 1) + Math.round((frequency * side) / 2)
    names[Math.max(0, Math.floor(index / step))] = plainNumber(frequency)
  }
  return names
}
