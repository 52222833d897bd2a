import { generator } from '../random.ts'
import { enlarged } from './featureMaps.ts'

/** What masks depend on besides the parameters of a method. */
export interface MaskedImage {
  height: number
  width: number
  /** Mean colour of the preprocessing in [0,1]. */
  baseline: readonly [number, number, number]
}

/** Masks of an image, and how the outputs under them become a map. */
export interface ImageMasks {
  readonly count: number
  /** Colour in [0,1] that stands where a mask is 0. */
  readonly fill: readonly [number, number, number]
  /** Writes mask `index`, [height * width] in [0,1]: the share of each pixel that stays. */
  write(index: number, target: Float32Array): void
  /**
   * How outputs are joined. kept: sum of output times mask, over `divisor`. lost: at each pixel the mean loss of output over the
   * masks that hide it.
   */
  readonly joined: { by: 'kept'; divisor: number } | { by: 'lost' }
}

/** Masks of random cells, enlarged and shifted (RISE, Petsiuk et al. 2018). The same for every image of a size. */
export function randomMasks(
  { height, width }: MaskedImage,
  { count, cells, keep, seed }: { count: number; cells: number; keep: number; seed: number },
): ImageMasks {
  const [down, across] = [Math.ceil(height / cells), Math.ceil(width / cells)]
  const large = [(cells + 1) * down, (cells + 1) * across] as const
  return {
    count,
    fill: [0, 0, 0],
    joined: { by: 'kept', divisor: count * keep },
    write(index, target) {
      const drawn = randomCells(index, { cells, keep, seed, shifts: [down, across] })
      const whole = enlarged(drawn.kept, [cells, cells], large)
      const [top, left] = drawn.shift
      for (let y = 0; y < height; y++) {
        const from = (top + y) * large[1] + left
        target.set(whole.subarray(from, from + width), y * width)
      }
    },
  }
}

/** What is drawn for one mask: which cells are kept (1 or 0), and the shift down and across, below `shifts`. */
export function randomCells(
  index: number,
  {
    cells,
    keep,
    seed,
    shifts: [down, across],
  }: { cells: number; keep: number; seed: number; shifts: readonly [number, number] },
): { kept: number[]; shift: [number, number] } {
  const random = generator('rise', seed, index)
  const kept = Array.from({ length: cells * cells }, () => (random.uniform() < keep ? 1 : 0))
  return { kept, shift: [Math.floor(random.uniform() * down), Math.floor(random.uniform() * across)] }
}

/**
 * A square that hides a part of the image, at all places of a grid (Zeiler and Fergus 2014).
 *
 * @param window side of the square, as a share of the shorter side of the image
 * @param stride distance of neighbouring places, as a share of the square's side
 */
export function slidingWindows(
  { height, width }: Pick<MaskedImage, 'height' | 'width'>,
  { window, stride, fill }: { window: number; stride: number; fill: ImageMasks['fill'] },
): ImageMasks {
  const side = Math.max(1, Math.round(window * Math.min(height, width)))
  const step = Math.max(1, Math.round(stride * side))
  const [rows, columns] = [placesOf(height, side, step), placesOf(width, side, step)]
  return {
    count: rows.length * columns.length,
    fill,
    joined: { by: 'lost' },
    write(index, target) {
      const top = rows[Math.floor(index / columns.length)] ?? 0
      const left = columns[index % columns.length] ?? 0
      target.fill(1)
      for (let y = top; y < top + side; y++) target.fill(0, y * width + left, y * width + left + side)
    },
  }
}

/** Where squares begin along an axis: every `step` pixels, and at the end, so that each pixel is hidden by one. */
function placesOf(size: number, side: number, step: number): number[] {
  const last = Math.max(0, size - side)
  const places = Array.from({ length: Math.floor(last / step) + 1 }, (_, at) => at * step)
  return places.at(-1) === last ? places : [...places, last]
}

/** Joins outputs under masks into a map [pixels]. */
export class MaskedSum {
  readonly #masks: ImageMasks
  readonly #whole: number
  readonly #sum: Float64Array
  readonly #hidden: Float64Array

  /** @param whole the output for the image itself */
  constructor(masks: ImageMasks, pixels: number, whole: number) {
    this.#masks = masks
    this.#whole = whole
    this.#sum = new Float64Array(pixels)
    this.#hidden = new Float64Array(pixels)
  }

  add(mask: Float32Array, output: number): void {
    const lost = this.#masks.joined.by === 'lost'
    for (let at = 0; at < this.#sum.length; at++) {
      const stays = mask[at] ?? 0
      this.#sum[at] = (this.#sum[at] ?? 0) + (lost ? (1 - stays) * (this.#whole - output) : stays * output)
      this.#hidden[at] = (this.#hidden[at] ?? 0) + 1 - stays
    }
  }

  map(): Float32Array {
    const { joined } = this.#masks
    return Float32Array.from(
      this.#sum,
      (value, at) => value / (joined.by === 'kept' ? joined.divisor : this.#hidden[at] || 1),
    )
  }
}

/** Writes an image [pixels, 3] under a mask [pixels] into `target`: what the mask takes away becomes the colour `fill`. */
export function masked(
  image: Float32Array,
  mask: Float32Array,
  fill: ImageMasks['fill'],
  target: Float32Array,
): void {
  for (let at = 0; at < mask.length; at++) {
    const stays = mask[at] ?? 0
    for (let channel = 0; channel < 3; channel++) {
      const place = 3 * at + channel
      target[place] = stays * (image[place] ?? 0) + (1 - stays) * (fill[channel] ?? 0)
    }
  }
}
