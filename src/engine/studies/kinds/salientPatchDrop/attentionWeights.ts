import { KernelscopeError } from '#shared/errors.ts'
import { regrid } from '#shared/saliency.ts'
import { onGraphThread, type AttentionMap } from '../../../onnx/index.ts'
import { prober, type Probe } from '../../measure/probing.ts'
import type { SalientParams } from './params.ts'
import type { PatchGrid, PatchWeights } from './patches.ts'
import { measured, examplesOf, type VectorPart } from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'
import { fileOfModel } from '../../../models/index.ts'

const rewrite = { op: 'probe', what: 'classRow', together: null, version: 1 } as const

/**
 * Uses the attention of the class token to every patch as weights. It is measured once for all layers and
 * heads; the chosen ones are read from that.
 *
 * @param images whose weights are to be asked for in all
 * @throws MODEL_UNSUPPORTED where the model has no such attention
 * @throws STUDY_PARAMS where it has no such head
 */
export async function attentionWeights(
  context: MeasureContext,
  { layer, head }: SalientParams,
  grid: PatchGrid,
  images: number,
): Promise<PatchWeights> {
  const { model, workspace } = context
  const found = await onGraphThread({
    kind: 'attention',
    ...fileOfModel(model),
  })
  const maps = found.maps.filter(({ hasClassToken }) => hasClassToken)
  const chosen = layer === null ? maps.at(-1) : maps.find((map) => map.layer === layer - 1)
  if (!chosen) {
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `${model.title} has no attention of a class token${layer === null ? '' : ` in layer ${layer}`}`,
      {
        hint: 'Choose a ViT with a class token, exported with fused attention off, or take gradients or masks as saliency.',
      },
    )
  }
  if (head !== null && (head < 1 || head > chosen.heads))
    throw new KernelscopeError('STUDY_PARAMS', `invalid head: ${model.title} has heads 1 to ${chosen.heads}`)
  const probing = prober(context, attentionProbe(maps), images)
  const part = partOf(maps, chosen, head)
  return {
    async of(some) {
      await probing.measure(some)
      const rows = measured(workspace.db, model, rewrite).vectors(examplesOf(some), part)
      return new Map(
        [...rows].map(([example, row]) => [example, regrid(meanRow(row, chosen), chosen.grid, grid)]),
      )
    },
    refuse: () => undefined,
    close: () => probing.close(),
  }
}

const patchesOf = ({ grid: [rows, columns] }: AttentionMap) => rows * columns

/** The part of the stored vector that holds one head of a layer, or all its heads. */
function partOf(maps: readonly AttentionMap[], chosen: AttentionMap, head: number | null): VectorPart {
  const before = maps
    .filter(({ layer }) => layer < chosen.layer)
    .reduce((sum, map) => sum + map.heads * patchesOf(map), 0)
  const patches = patchesOf(chosen)
  return head === null
    ? { start: before, count: chosen.heads * patches }
    : { start: before + (head - 1) * patches, count: patches }
}

/** Averages the heads that were read. */
function meanRow(rows: Float64Array, map: AttentionMap): Float64Array {
  const patches = patchesOf(map)
  const heads = rows.length / patches
  return Float64Array.from({ length: patches }, (_, patch) => {
    let sum = 0
    for (let head = 0; head < heads; head++) sum += rows[head * patches + patch] ?? 0
    return sum / heads
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
