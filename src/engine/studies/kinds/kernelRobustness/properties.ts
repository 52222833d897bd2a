import { contributionAreas } from '#shared/maths/receptiveField.ts'
import { cornerOf } from '#shared/figures/kernelDistance.ts'
import { fileOfModel, type StoredModel } from '../../../models/index.ts'
import { onGraphThread } from '../../../onnx/index.ts'
import { changeOf } from '../../summary/levels.ts'
import type { Grid } from '../../definition/index.ts'
import { fieldImages, storedField } from '../receptiveField/measure.ts'
import type { ViewContext } from '../../definition/index.ts'
import type { KernelRobustnessParams } from './params.ts'

/** What of a model is compared between models; null where it has none, or it is not measured. */
export interface ModelProperties {
  model: StoredModel
  /** Mean kernel distance over the channels of all depthwise layers, in pixels of their feature maps. */
  distance: number | null
  /** Area that holds the share of the contributions, over that of the input. */
  area: number | null
  /** Mean change in top-1 over the corruptions, from -1 to 1. */
  change: number | null
  /** Images of the accuracies. */
  n: number
}

/** The parameters of the receptive fields of a study. */
export const fieldParams = ({ fieldImages: images, seed }: KernelRobustnessParams) => ({
  images,
  depth: 1,
  seed,
})

export async function propertiesOf(
  model: StoredModel,
  grid: Grid,
  chosen: KernelRobustnessParams,
  { workspace: { db }, source }: ViewContext,
): Promise<ModelProperties> {
  const images = await fieldImages(db, source, fieldParams(chosen))
  const field = storedField(db, images, model, fieldParams(chosen))
  const [area] = field
    ? contributionAreas(field.map, model.preprocessing.size, { thresholds: [chosen.share] })
    : []
  const cells = grid.cells.filter((cell) => cell.modelId === model.id && cell.params['corruption'] !== 'none')
  const changes = cells.map((cell) => changeOf(grid, cell))
  const sum = changes.reduce<number | null>(
    (total, change) => (total === null || change === null ? null : total + change),
    0,
  )
  return {
    model,
    distance: await distanceOf(model),
    area: area?.ratio ?? null,
    change: sum === null || changes.length === 0 ? null : sum / changes.length,
    n: Math.min(...cells.map(({ n }) => n)),
  }
}

async function distanceOf(model: StoredModel): Promise<number | null> {
  const form = { definition: 'normalised', form: 'raw' } as const
  const layers = await onGraphThread({ kind: 'kernels', ...fileOfModel(model), ...form })
  const distances = layers
    .filter(({ stride }) => stride === 1)
    .flatMap((layer) => layer.distance.map((value) => value * cornerOf(layer)))
  return distances.length === 0 ? null : distances.reduce((sum, value) => sum + value, 0) / distances.length
}
