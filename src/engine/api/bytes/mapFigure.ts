import type { MapView } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { mapSpec } from '#shared/figures/map.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { contributionPicture } from '#shared/maths/receptiveField.ts'
import { writeSet, type Folder, type WrittenFile } from '../../figures/index.ts'
import { encodePng } from '../../images/index.ts'
import { readingOutput } from '../../onnx/index.ts'
import { floatsOfPart, magnitudes, npyHeader, signedSums, type KeptMap } from '../../saliency/index.ts'

/** The numbers of a map as they are plotted. `values` has the shape [rows, columns]. */
interface MapPicture {
  values: Float32Array
  rows: number
  columns: number
  /** Name of its files, without the ending. */
  id: string
  label: string
  signed: boolean
  unit: 'pixels' | 'patches'
}

/**
 * Takes from a result the numbers that a view shows.
 *
 * @throws USAGE where the result has no such layer, head or part
 */
export function pictureOf(map: KeptMap, view: MapView): MapPicture {
  switch (view.of) {
    case 'attention': {
      const { shape, bytes } = part(map, readingOutput(view.reading, view.layer))
      const [heads = 1, rows = 0, columns = 0] = shape
      const head = view.reading === 'rollout' ? 0 : view.head
      if (head !== null && head >= heads)
        throw new KernelscopeError('USAGE', `invalid head: the layer has heads 0 to ${heads - 1}`)
      const all = floatsOfPart({ shape, bytes })
      const size = rows * columns
      const values = head === null ? meanOf(all, heads) : all.slice(head * size, (head + 1) * size)
      const name = head === null ? 'mean' : `head${head + 1}`
      const id = `attention-${view.reading}-layer${view.layer + 1}${view.reading === 'rollout' ? '' : `-${name}`}`
      return { values, rows, columns, id, label: 'Attention', signed: false, unit: 'patches' }
    }
    case 'saliency': {
      const channels = part(map, 'channels')
      const [rows = 0, columns = 0, depth = 3] = channels.shape
      const signed = view.as === 'signed'
      const values = (signed ? signedSums : magnitudes)(floatsOfPart(channels), depth)
      const summed = signed ? 'Sum over channels' : 'Sum of magnitudes over channels'
      const label = depth > 1 ? summed : signed ? 'Value' : 'Magnitude'
      return { values, rows, columns, id: `saliency-${view.as}`, label, signed, unit: 'pixels' }
    }
    case 'receptiveField': {
      const { shape, bytes } = part(map, 'contribution')
      const [rows = 0, columns = 0] = shape
      const contribution = floatsOfPart({ shape, bytes })
      const picture = view.as === 'picture'
      const values = picture ? contributionPicture(contribution) : contribution
      const label = picture ? 'log10(9 x / max x + 1)' : 'Contribution'
      return { values, rows, columns, id: 'receptive-field', label, signed: false, unit: 'pixels' }
    }
  }
}

/** Makes a figure of a map, over or beside the image that it was computed from where the result has one. */
export async function figureOf(
  picture: MapPicture,
  title: string,
  { result, parts }: KeptMap,
  layout: 'over' | 'beside' | 'none',
): Promise<FigureSpec> {
  const spec = mapSpec({ ...picture, title, notes: notesOf(result) })
  const image = parts['shown']
  if (!spec.cells || !image || layout === 'none') return spec
  const [height = 0, width = 0] = image.shape
  const png = Buffer.from(await encodePng(image.bytes, height, width)).toString('base64')
  return { ...spec, cells: { ...spec.cells, photograph: { png, layout, opacity: 0.6 } } }
}

/** The definitions of a result, as notes of its figure. */
function notesOf(result: unknown): string[] {
  if (typeof result !== 'object' || result === null || !('definitions' in result)) return []
  const { definitions } = result as { definitions: { name: string; formula?: string; source?: string }[] }
  return definitions.map(({ name, formula, source }) =>
    [`${name}: ${formula ?? ''}`, ...(source ? [`(${source})`] : [])].join(' '),
  )
}

/** Writes the numbers as a NumPy array of float32 [rows, columns]. */
export async function writeNpy(
  { values, rows, columns, id }: MapPicture,
  folder: Folder,
): Promise<WrittenFile[]> {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return writeSet(folder, id, new Map([['npy', Buffer.concat([npyHeader([rows, columns]), data])]]))
}

function part({ kind, parts }: KeptMap, name: string) {
  const found = parts[name]
  if (found) return found
  throw new KernelscopeError('USAGE', `the result (${kind}) has no ${name}`)
}

function meanOf(values: Float32Array, heads: number): Float32Array {
  const size = values.length / heads
  return Float32Array.from({ length: size }, (_, at) => {
    let sum = 0
    for (let head = 0; head < heads; head++) sum += values[head * size + at] ?? 0
    return sum / heads
  })
}
