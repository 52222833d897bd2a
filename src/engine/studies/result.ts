import type { StudyResult } from '#shared/contract/index.ts'
import { getDataset } from '../datasets/index.ts'
import { currentVariant, getModel } from '../models/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { storeConditions } from './conditions.ts'
import { readGrid, type GridModel } from './grid.ts'
import { countImages } from './images.ts'
import { studyDefinition } from './registry.ts'
import { getStudy, sourceOf } from './store.ts'

/** A study's result from stored facts, complete or not. Nothing is measured. */
export async function studyResult({ db }: Workspace, studyId: number): Promise<StudyResult> {
  const study = getStudy(db, studyId)
  const definition = studyDefinition(study.kind)
  const source = sourceOf(study)
  const conditions = storeConditions(db, definition.conditions(study.params), source, definition.groupSize(study.params))
  const images = countImages(db, source)
  const stored = study.modelIds.map((id) => getModel(db, id))
  const variants = stored.map((model) => currentVariant(db, model))
  const models: GridModel[] = stored.map((model, place) => ({
    id: model.id,
    title: model.title,
    classes: model.labels,
    largestKernel: model.largestKernel,
    variantId: variants[place]?.id ?? null,
  }))
  const grid = await readGrid(db, models, conditions, source, images)
  const view = definition.view(grid, study.params)
  const dataset = getDataset(db, study.datasetId)
  const provenance = [
    `${images} images of ${dataset.title}${study.sample ? `, at most ${study.sample.perClass} per class drawn with seed ${study.sample.seed}` : ''}.`,
    ...view.notes,
    ...stored.map((model, place) => describe(model, variants[place]?.provider ?? null)),
  ]
  return {
    studyId,
    complete: grid.complete,
    conditions: grid.cells,
    tests: grid.tests,
    tables: view.tables,
    figures: view.figures.map((figure) => ({ ...figure, notes: [...figure.notes, `n = ${images} images of ${dataset.title}.`] })),
    reported: view.reported,
    provenance,
  }
}

function describe(model: ReturnType<typeof getModel>, provider: string | null): string {
  const { resize, resizeTo, interpolation, size, mean, std } = model.preprocessing
  const geometry = resize === 'none' ? `${size.join('x')} as they are` : resize === 'squash' ? `squeezed to ${size.join('x')}` : `shorter side ${resizeTo}, crop ${size.join('x')}`
  const how = resize === 'none' ? '' : `, ${interpolation}`
  return `${model.title}: sha256 ${model.digest.slice(0, 12)}, ${geometry}${how}, mean ${mean.join('/')}, std ${std.join('/')}, ${provider === null ? 'not measured' : `${provider}, float32`}.`
}
