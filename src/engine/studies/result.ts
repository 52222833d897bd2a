import type { StudyResult } from '#shared/contract/index.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { getDataset } from '../datasets/index.ts'
import { currentVariants, type StoredModel } from '../models/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { settingOf } from './conditions.ts'
import { readGrid, type GridModel } from './grid.ts'
import { planStudy } from './plan.ts'

/** A study's result from stored facts, complete or not. Nothing is measured on images. */
export async function studyResult(workspace: Workspace, studyId: number): Promise<StudyResult> {
  const { db } = workspace
  const { study, definition, source, images, models } = planStudy(db, studyId, false)
  const variants = models.map(({ model }) => currentVariants(db, model))
  const gridModels: GridModel[] = models.map(({ model, conditions }, place) => ({
    id: model.id,
    title: model.title,
    classes: model.labels,
    largestKernel: model.largestKernel,
    conditions,
    variantOf: (stored) =>
      variants[place]?.(stored.condition.rewrite ?? noRewrite, settingOf(stored))?.id ?? null,
  }))
  const grid = await readGrid(db, gridModels, images)
  const room = { workspace, models: models.map(({ model }) => model), source }
  const view = await definition.view(grid, study.params, room)
  const dataset = getDataset(db, study.datasetId)
  const onImages = models.some(({ conditions }) => conditions.length > 0)
  const provenance = [
    ...(onImages
      ? [
          `${images} images of ${dataset.title}${study.sample ? `, at most ${study.sample.perClass} per class drawn with seed ${study.sample.seed}` : ''}.`,
        ]
      : []),
    ...view.notes,
    ...models.map(({ model }, place) => describe(model, variants[place]?.(noRewrite)?.provider ?? null)),
  ]
  return {
    studyId,
    complete: grid.complete && ((await definition.complete?.(study.params, room)) ?? true),
    conditions: grid.cells,
    tests: grid.tests,
    tables: view.tables,
    figures: view.figures.map((figure) => ({
      ...figure,
      notes: [...figure.notes, ...(onImages ? [`n = ${images} images of ${dataset.title}.`] : [])],
    })),
    reported: view.reported,
    provenance,
  }
}

function describe(model: StoredModel, provider: string | null): string {
  const { resize, resizeTo, interpolation, size, mean, std } = model.preprocessing
  const geometry =
    resize === 'none'
      ? `${size.join('x')} as they are`
      : resize === 'squash'
        ? `squeezed to ${size.join('x')}`
        : `shorter side ${resizeTo}, crop ${size.join('x')}`
  const how = resize === 'none' ? '' : `, ${interpolation}`
  return `${model.title}: sha256 ${model.digest.slice(0, 12)}, ${geometry}${how}, mean ${mean.join('/')}, std ${std.join('/')}, ${provider === null ? 'not measured' : `${provider}, float32`}.`
}
