import { join, relative } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { regrid } from '#shared/saliency.ts'
import { getDataset } from '../../datasets/index.ts'
import { openTensors } from '../../inference/index.ts'
import { openWithFirst, usableModel, writeGraph } from '../../models/index.ts'
import { labelsInput, onGraphThread, pixelsInput, weightInput, type AttentionMap } from '../../onnx/index.ts'
import type { MeasureRoom } from '../definition.ts'
import type { StudyImage } from '../images.ts'
import { storedVectors } from '../measurements.ts'
import { loadFloats, probeImages, type Probe } from '../probing.ts'
import { targetLookup } from '../targets.ts'
import type { SalientParams } from './index.ts'

type Grid = [number, number]

/** Weights of the patches [rows * columns] by image digest; images that could not be read are left out. */
export async function weightsOf(
  room: MeasureRoom,
  chosen: SalientParams,
  images: StudyImage[],
  grid: Grid,
): Promise<Map<string, Float64Array>> {
  if (chosen.source === 'masks') return maskWeights(room, chosen.masks ?? '', images, grid)
  const saliency = usableModel(room.workspace.db, chosen.model ?? 0)
  return chosen.source === 'attention'
    ? attentionWeights({ ...room, model: saliency }, chosen, images, grid)
    : gradientWeights({ ...room, model: saliency }, images, grid)
}

const rewrite = { op: 'probe', what: 'classRow', together: null, version: 1 } as const

/** Attention of the class token to every patch, of all layers and heads: measured once, chosen from afterwards. */
async function attentionWeights(
  room: MeasureRoom,
  { layer, head }: SalientParams,
  images: StudyImage[],
  grid: Grid,
): Promise<Map<string, Float64Array>> {
  const { model, workspace } = room
  const found = await onGraphThread({ kind: 'attention', path: model.path })
  const maps = found.maps.filter(({ hasClassToken }) => hasClassToken)
  const chosen = layer === null ? maps.at(-1) : maps.find((map) => map.layer === layer - 1)
  if (!chosen) {
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `${model.title} has no attention of a class token${layer === null ? '' : ` in layer ${layer}`}`,
      {
        hint: 'Choose a ViT with a class token, exported with fused attention off.',
      },
    )
  }
  if (head !== null && (head < 1 || head > chosen.heads))
    throw new KernelscopeError('STUDY_PARAMS', `invalid head: ${model.title} has heads 1 to ${chosen.heads}`)
  await probeImages(room, images, attentionProbe(maps))
  const stored = storedVectors(workspace.db, model, rewrite)
  const start = maps
    .filter(({ layer: at }) => at < chosen.layer)
    .reduce((sum, map) => sum + map.heads * patchesOf(map), 0)
  return new Map(
    images.flatMap(({ digest, subjectId }) => {
      const vector = stored.get(subjectId)
      if (!vector) return []
      const row = headRow(vector.subarray(start, start + chosen.heads * patchesOf(chosen)), chosen, head)
      return [[digest, regrid(row, chosen.grid, grid)] as const]
    }),
  )
}

const patchesOf = ({ grid: [rows, columns] }: AttentionMap) => rows * columns

function headRow(rows: Float64Array, map: AttentionMap, head: number | null): Float64Array {
  const patches = patchesOf(map)
  if (head !== null) return rows.subarray((head - 1) * patches, head * patches)
  return Float64Array.from({ length: patches }, (_, patch) => {
    let sum = 0
    for (let h = 0; h < map.heads; h++) sum += rows[h * patches + patch] ?? 0
    return sum / map.heads
  })
}

function attentionProbe(maps: AttentionMap[]): Probe {
  return {
    rewrite,
    name: 'class-row',
    taps: async () =>
      maps.map((map) => ({
        tensor: map.tensor,
        as: `row-${map.layer}`,
        reduce: { kind: 'classRow', of: map },
      })),
    vectorOf: (outputs, row) =>
      outputs.flatMap(({ data, shape }) => {
        const size = (shape[1] ?? 1) * (shape[2] ?? 1)
        return [...data.subarray(row * size, (row + 1) * size)]
      }),
  }
}

const gradientBatch = 8

/** |gradient of the true logit|, summed over channels and over the pixels of a patch. */
async function gradientWeights(
  room: MeasureRoom,
  images: StudyImage[],
  grid: Grid,
): Promise<Map<string, Float64Array>> {
  const { workspace, model, settings, log, context, progress } = room
  const plan = { op: 'gradient', normalisation: model.preprocessing } as const
  const path = await writeGraph(workspace, model, 'gradient', plan)
  const { session } = await openWithFirst(settings, log, (provider) =>
    openTensors({ path, provider, threads: settings.threads }),
  )
  const targetOf = targetLookup(model)
  const [height, width] = model.preprocessing.size
  const found = new Map<string, Float64Array>()
  progress.note(`saliency from ${model.title}`)
  try {
    for (let at = 0; at < images.length && !context.signal.aborted; at += gradientBatch) {
      const part = images.slice(at, at + gradientBatch)
      const { floats, failed } = await loadFloats(room, part)
      const labels = new Float32Array(part.length * model.classes)
      for (const [row, { className }] of part.entries()) {
        const target = targetOf(className)
        if (target >= 0) labels[row * model.classes + target] = -1
      }
      context.enterNative()
      const feeds = [
        { name: pixelsInput, data: floats, shape: [part.length, height, width, 3] },
        { name: labelsInput, data: labels, shape: [part.length, model.classes] },
        { name: weightInput, data: Float32Array.of(0), shape: [1] },
      ]
      const [gradient] = (await session.run(feeds, ['gradient'])).outputs
      for (const [row, { digest }] of part.entries()) {
        if (failed[row] || !gradient) continue
        const size = height * width * 3
        found.set(
          digest,
          pixelWeights(gradient.data.subarray(row * size, (row + 1) * size), [height, width], grid),
        )
      }
    }
  } finally {
    await session.close()
  }
  return found
}

/** |values| [height, width, 3] summed over channels, in another grid. */
function pixelWeights(values: ArrayLike<number>, size: Grid, grid: Grid): Float64Array {
  const pixels = Float64Array.from(
    { length: size[0] * size[1] },
    (_, i) =>
      Math.abs(values[3 * i] ?? 0) + Math.abs(values[3 * i + 1] ?? 0) + Math.abs(values[3 * i + 2] ?? 0),
  )
  return regrid(pixels, size, grid)
}

/** Mean brightness of the mask picture of each image, per patch. The mask lies at the image's path below its dataset, as PNG or under the same name. */
async function maskWeights(
  room: MeasureRoom,
  folder: string,
  images: StudyImage[],
  grid: Grid,
): Promise<Map<string, Float64Array>> {
  const { workspace, pool, source, model } = room
  const root = getDataset(workspace.db, source.datasetId).path
  const size = model.preprocessing.size
  const found = new Map<string, Float64Array>()
  let missing: string | null = null
  for (const image of images) {
    const path = join(folder, relative(root, image.path).replace(/\.[^.]+$/, '.png'))
    const pixels = new SharedArrayBuffer(size[0] * size[1] * 3)
    try {
      await pool.load(
        {
          path,
          imageKey: path,
          preprocessing: model.preprocessing,
          transforms: [{ transform: { op: 'identity' }, slot: 0 }],
        },
        pixels,
      )
      found.set(image.digest, pixelWeights(new Uint8Array(pixels), [...size], grid))
    } catch (error) {
      if (!(error instanceof KernelscopeError)) throw error
      missing ??= path
    }
  }
  if (found.size === 0)
    throw new KernelscopeError('FILE_MISSING', `no mask was found, e.g. ${missing}`, {
      hint: 'Masks lie in the folder under the names of the images, as PNG.',
    })
  return found
}
