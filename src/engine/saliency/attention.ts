import type { AttentionMapsResult } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { TensorSession } from '../inference/index.ts'
import {
  classifierInterface,
  noAttentionHint,
  onGraphThread,
  pixelsInput,
  queryInput,
  readingOutput,
  type AttentionMap,
} from '../onnx/index.ts'
import type { Db } from '../workspace/index.ts'
import { floatPart, mapKey, type Part } from './kept.ts'
import { rangeOf, loadInputImage, topClasses, type InputImage } from './picture.ts'
import { checkWanted, type ImageFile, type MapContext, type MapStream } from './context.ts'
import { type InspectedModel } from './inspectedModel.ts'
import { opened } from './opening.ts'
import { fileOfModel } from '../models/index.ts'

const readings = ['row', 'mean', 'rollout'] as const
type AttentionReading = (typeof readings)[number]

const definitions: AttentionMapsResult['definitions'] = [
  {
    name: 'row',
    formula: 'softmax(q k / √d): what one query pays to each patch; not renormalised without other tokens',
  },
  { name: 'mean', formula: 'what is paid to each patch, mean over all queries' },
  {
    name: 'rollout',
    formula: 'R_l = ½ (A_l + I) R_(l-1), A averaged over heads; the row of the query',
    source: 'Abnar & Zuidema 2020',
  },
]

/**
 * Computes the attention maps of a model on an image. Every layer gets three: the attention of one query, the mean over
 * all queries, and the rollout. The maps are [heads or 1, rows, columns] over the patches.
 *
 * @param patch row-major index of the query's patch; without it the query is the class token, else the middle patch
 * @throws MODEL_UNSUPPORTED where the model has no attention; the message gives the reason
 * @throws USAGE where there is no such patch
 * @throws CANCELLED where `context.signal` is aborted
 */
export async function* attention(
  context: MapContext,
  db: Db | null,
  model: InspectedModel,
  image: ImageFile,
  patch: number | undefined,
): MapStream<AttentionMapsResult> {
  const { maps, reason } = await onGraphThread({
    kind: 'attention',
    ...fileOfModel(model),
  })
  const [first] = maps
  if (!first)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `${model.title}: ${reason}`, { hint: noAttentionHint })
  const query = queryOf(first, patch)
  const key = mapKey({
    map: 'attention',
    version: 1,
    model: model.digest,
    preprocessing: model.preprocessing,
    image: image.digest,
    query,
    provider: context.settings.provider,
  })
  const known = context.kept.find<AttentionMapsResult>(db, key, 'attention')
  if (known) {
    yield { type: 'result', result: { ...known, milliseconds: 0 } }
    return
  }
  const progress = (note: string) => ({ type: 'progress', done: 0, total: 1, unit: 'images', note }) as const
  yield progress(`opening ${model.title}`)
  checkWanted(context)
  const started = performance.now()
  const plan = { op: 'attention', normalisation: model.preprocessing } as const
  const inUse = yield* opened(context, model, plan, { total: 1, unit: 'images' })
  try {
    yield progress(`${model.title} on ${inUse.provider}`)
    const shown = await loadInputImage(context, model, image)
    checkWanted(context)
    const token = query.patch === null ? 0 : first.extraTokens + query.patch
    const { layers, logits } = await run(inUse.session, model, maps, shown, token)
    const result: AttentionMapsResult = {
      key,
      size: [shown.height, shown.width],
      grid: first.grid,
      hasClassToken: first.hasClassToken,
      query,
      layers: layers.map(({ map, elsewhere, ...parts }) => ({
        layer: map.layer,
        heads: map.heads,
        row: rangeOf(parts.row),
        mean: rangeOf(parts.mean),
        rollout: rangeOf(parts.rollout),
        elsewhere,
      })),
      top: topClasses(logits, model),
      definitions,
      provider: inUse.provider,
      milliseconds: performance.now() - started,
    }
    context.kept.put(db, key, { kind: 'attention', result, parts: partsOf(layers, shown) })
    yield { type: 'result', result }
  } finally {
    inUse.end()
  }
}

function queryOf(
  { hasClassToken, grid: [rows, columns] }: AttentionMap,
  patch: number | undefined,
): AttentionMapsResult['query'] {
  if (patch !== undefined && patch >= rows * columns)
    throw new KernelscopeError('USAGE', `invalid patch: there are patches 0 to ${rows * columns - 1}`)
  if (patch === undefined && hasClassToken) return { token: 'class', patch: null }
  return { token: 'patch', patch: patch ?? Math.floor(rows / 2) * columns + Math.floor(columns / 2) }
}

/** The maps of one layer over the patches alone, each [heads or 1, patches]. */
interface LayerReadings extends Record<AttentionReading, Float32Array> {
  map: AttentionMap
  /** Share of each head's attention, in [0,1], that goes to tokens that are not patches. */
  elsewhere: number[]
}

async function run(
  session: TensorSession,
  model: InspectedModel,
  maps: readonly AttentionMap[],
  { height, width, floats }: InputImage,
  token: number,
): Promise<{ layers: LayerReadings[]; logits: Float32Array }> {
  const { output, batch, classes } = classifierInterface(model.inspection)
  const images = batch === 'dynamic' ? 1 : batch
  const pixels = new Float32Array(images * floats.length)
  for (let row = 0; row < images; row++) pixels.set(floats, row * floats.length)
  const names = maps.flatMap(({ layer }) => readings.map((reading) => readingOutput(reading, layer)))
  const { outputs } = await session.run(
    [
      { name: pixelsInput, data: pixels, shape: [images, height, width, 3] },
      { name: queryInput, data: Float32Array.of(token), shape: [1] },
    ],
    [output, ...names],
  )
  const byName = new Map(
    [output, ...names].map((name, at) => [name, outputs[at]?.data ?? new Float32Array()]),
  )
  const read = (reading: AttentionReading, map: AttentionMap) => {
    const rows = reading === 'rollout' ? 1 : map.heads
    return overPatches(byName.get(readingOutput(reading, map.layer)) ?? new Float32Array(), rows, map)
  }
  const layers = maps.map((map) => {
    const row = read('row', map)
    return {
      map,
      row: row.patches,
      mean: read('mean', map).patches,
      rollout: read('rollout', map).patches,
      elsewhere: row.elsewhere,
    }
  })
  return { layers, logits: (byName.get(output) ?? new Float32Array()).slice(0, classes) }
}

/** Splits rows over all tokens into the values of the patches [rows, patches] and, for each row, the sum of the others. */
function overPatches(values: Float32Array, rows: number, { tokens, extraTokens }: AttentionMap) {
  const count = tokens - extraTokens
  const patches = new Float32Array(rows * count)
  const elsewhere: number[] = []
  for (let row = 0; row < rows; row++) {
    const start = row * tokens
    patches.set(values.subarray(start + extraTokens, start + tokens), row * count)
    elsewhere.push(values.subarray(start, start + extraTokens).reduce((sum, value) => sum + value, 0))
  }
  return { patches, elsewhere }
}

function partsOf(layers: readonly LayerReadings[], shown: InputImage): Record<string, Part> {
  const parts: Record<string, Part> = {
    shown: { shape: [shown.height, shown.width, 3], bytes: shown.pixels },
  }
  for (const { map, ...layer } of layers)
    for (const reading of readings) {
      const heads = reading === 'rollout' ? 1 : map.heads
      parts[readingOutput(reading, map.layer)] = floatPart(layer[reading], [heads, ...map.grid])
    }
  return parts
}
