import type { Inspection, StopRule, Study } from '#shared/contract/index.ts'
import { getDataset, imageSize, textBeside, type BesideFile } from '../datasets/index.ts'
import { listedImages, type ImageSource, type ListedStudyImage } from '../facts/index.ts'
import { getModel, type StoredModel } from '../models/index.ts'
import {
  getStudy,
  idsIn,
  readMapping,
  stoppedOf,
  studyDefinition,
  type StudyDefinition,
} from '../studies/index.ts'
import type { Db } from '../workspace/index.ts'
import type { Basis, BasisDataset, BasisModel } from './basis.ts'
import { describedModel } from './models.ts'

/** What a study names: its models and datasets in the order of their numbers in a bundle. */
export interface StudyParts {
  study: Study
  definition: StudyDefinition
  models: StoredModel[]
  datasetIds: number[]
}

/** Reads a study with all models and datasets that it and its parameters name. */
export function partsOf(db: Db, studyId: number): StudyParts {
  const study = getStudy(db, studyId)
  const definition = studyDefinition(study.kind)
  const named = idsIn(definition, study.params)
  const others = definition.otherDatasets?.(study.params) ?? []
  return {
    study,
    definition,
    models: [...new Set([...study.modelIds, ...named.model])].map((id) => getModel(db, id)),
    datasetIds: study.datasetId === null ? [] : [...new Set([study.datasetId, ...others, ...named.dataset])],
  }
}

/** Describes the models, datasets and subset of a study. */
export async function describedBasis(
  db: Db,
  { study, definition, models, datasetIds }: StudyParts,
): Promise<Omit<Basis, 'pictures'>> {
  const { subset } = study
  const datasets: BasisDataset[] = []
  for (const id of datasetIds) {
    const beside = id === study.datasetId ? (definition.beside?.(study.params) ?? []) : []
    datasets.push(await basisDataset(db, id, beside))
  }
  const stopped = stoppedOf(study)
  return {
    models: models.map(basisModel),
    datasets,
    subset: subset ? { name: subset.name, rule: subset.rule, images: subset.images } : null,
    ...(stopped ? { stopped: { ...stopped, rule: numberedRule(stopped.rule, models) } } : {}),
  }
}

/** A rule that names models by their numbers in the bundle. */
function numberedRule({ above, ...rule }: StopRule, models: readonly StoredModel[]): StopRule {
  const numberOf = (id: number) => models.findIndex((model) => model.id === id) + 1
  return { ...rule, ...(above ? { above: { a: numberOf(above.a), b: numberOf(above.b) } } : {}) }
}

function basisModel(model: StoredModel): BasisModel {
  return {
    ...describedModel(model),
    preprocessing: model.preprocessing,
    role: model.role,
    labelSource: model.labelSource,
    inspection: portableInspection(model.inspection),
  }
}

/** What conditions and tables read of an inspection. Layers and metadata say more of a model than its owner may want. */
export function portableInspection({ metadata: _, ...inspection }: Inspection): Inspection {
  const blocks = inspection.blocks.map((block) => ({ ...block, units: [] }))
  return { ...inspection, layers: [], blocks }
}

async function basisDataset(db: Db, id: number, files: readonly BesideFile[]): Promise<BasisDataset> {
  const { title, path, layout, recognised, parts, classes, images, unreadable } = getDataset(db, id)
  const size = imageSize(db, id)
  const beside: { name: string; text: string }[] = []
  for (const file of files) {
    const text = await textBeside(path, file)
    if (text !== null) beside.push({ name: file.name, text })
  }
  return {
    title,
    layout,
    recognised,
    parts,
    classes,
    images,
    unreadable,
    size: size ? [size.height, size.width] : null,
    mapping: recognised === 'imagenet-9' ? readMapping(path) : null,
    ...(beside.length > 0 ? { beside } : {}),
  }
}

/** An image of a study with the number of its dataset, from 1. */
export interface NumberedImage extends ListedStudyImage {
  dataset: number
}

/** Yields the images of a study, dataset by dataset in order of id; none where it reads only the models' files. */
export function* imagesOfStudy(
  db: Db,
  { study, definition, datasetIds }: StudyParts,
): Generator<NumberedImage[]> {
  if (definition.fromWeights) return
  const selectedFor = study.sample === null && !study.subset ? null : study.id
  for (const [at, datasetId] of datasetIds.entries()) {
    const source: ImageSource = { datasetId, selectedFor }
    for (const page of listedImages(db, source)) yield page.map((image) => ({ ...image, dataset: at + 1 }))
  }
}
