import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import { onnxruntimeVersion } from '../base/onnxruntimeVersion.ts'
import { version } from '../base/version.ts'
import { getDataset, imageSize } from '../datasets/index.ts'
import { imageRoot, settledBatches, sourceKey, type ImageSource } from '../facts/index.ts'
import { getModel, type StoredModel } from '../models/index.ts'
import {
  checkLabels,
  formatsOf,
  orderSeed,
  passGroups,
  planStudy,
  speeds,
  type StudyPlan,
} from '../studies/index.ts'
import type { Db, WorkspaceFiles } from '../workspace/index.ts'
import { writeContainer, type Part } from './container.ts'
import { cutWork, unitsOf } from './cut.ts'
import { replayedDraws } from './replayed.ts'
import { listImages, type ListedSource } from './imageList.ts'
import type { Plan, PlanDataset, PlanHead, Unit } from './planSchema.ts'
import { setupDigest } from './setup.ts'

/** How a plan is written. */
export interface PlanOptions {
  /** Minutes that a unit should take. */
  minutes: number
  /** Seconds of a forward pass on the machines that will compute; what was measured here, or guessed, where left out. */
  secondsPerPass?: number | undefined
  settings: Pick<Settings, 'provider' | 'threads' | 'batch'>
  signal?: AbortSignal | undefined
}

/** A plan that was written, with its units. */
export interface WrittenPlan extends Plan {
  bytes: number
  units: Unit[]
}

/**
 * Writes all that is needed to measure a stored study on other machines, as one file: the study, its models and datasets as they
 * are stored, its images with digests and places, and how the work is cut into units. Writes nothing into the workspace and reads
 * no model or image.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 * @throws UNSUPPORTED where it reads only weights, so that there is nothing to divide
 * @throws DATASET_EMPTY where it has no image
 * @throws STUDY_LABELS where a model cannot tell the true classes of the images
 * @throws DISK_FULL, FILE_UNREADABLE where the file cannot be written; the signal's reason
 */
export async function writePlan(
  workspace: WorkspaceFiles,
  studyId: number,
  file: string,
  options: PlanOptions,
): Promise<WrittenPlan> {
  const { db } = workspace
  const study = planStudy(db, studyId)
  if (study.definition.fromWeights)
    throw new KernelscopeError('UNSUPPORTED', `${study.study.title} reads only weights: it has no units`, {
      hint: 'Run it here; it takes seconds.',
    })
  if (study.images === 0)
    throw new KernelscopeError('DATASET_EMPTY', 'the dataset of the study has no readable image with a label')
  checkLabels(db, study, study.models)
  const sources = sourcesOf(study)
  const listed: ListedSource[] = []
  for (const [at, source] of sources.entries())
    listed.push(await listImages(db, source, orderSeed(study.study), `images/${at}`, options.signal))
  const draws = await replayedDraws(workspace, study)
  const work = workOf(db, study, sources, listed, options)
  const parts: { part: Part; bytes: Buffer }[] = [...listed.flatMap((one) => one.parts), ...draws.parts]
  const modelIds = namedModels(study)
  const head: PlanHead = {
    kernelscope: version,
    onnxruntime: onnxruntimeVersion,
    schema: Number(db.pragma('user_version', { simple: true })),
    study: studyOf(db, study),
    settings: {
      provider: options.settings.provider,
      threads: options.settings.threads,
      batch: options.settings.batch,
    },
    models: modelIds.map((id) => modelOf(db, getModel(db, id))),
    datasets: [...new Set(sources.map(({ datasetId }) => datasetId))].map((id) => datasetOf(db, id)),
    sources: sources.map((source, at) => ({
      datasetId: source.datasetId,
      chosen: source.selectedFor !== null,
      part: source.part ?? null,
      classes: source.classes ? [...source.classes] : null,
      images: listed[at]?.images ?? 0,
      pieces: listed[at]?.pieces ?? [],
    })),
    apart: isApart(study),
    work,
    minutes: options.minutes,
    variants: settledBatches(
      db,
      modelIds.map((id) => getModel(db, id).digest),
    ),
    draws: draws.files,
    texts: draws.texts,
    parts: parts.map(({ part }) => part),
  }
  const written = await writeContainer(
    file,
    'plan',
    head,
    parts.map(({ bytes }) => bytes),
    options.signal,
  )
  return { path: file, digest: written.digest, bytes: written.bytes, head, units: unitsOf(head) }
}

/** Whether an image is measured the same without the others. */
const isApart = ({ study, definition }: StudyPlan): boolean =>
  (definition.groupSize?.(study.params) ?? null) === null && canDivide({ definition })

/** Whether its images may be divided; what replaces the measuring may sample them. */
const canDivide = ({ definition }: Pick<StudyPlan, 'definition'>): boolean =>
  !definition.measure || definition.measuresApart === true

/** The sources of all conditions, and first the study's own where more than conditions is measured. */
function sourcesOf({ definition, source, models }: StudyPlan): ImageSource[] {
  const own = definition.measure ? [source] : []
  const all = [...own, ...models.flatMap(({ conditions }) => conditions.map((condition) => condition.source))]
  const found = new Map(all.map((one) => [sourceKey(one), one]))
  return found.size > 0 ? [...found.values()] : [source]
}

/** The models of a study, and those that its parameters name. */
function namedModels({ study, definition }: StudyPlan): number[] {
  const formatOf = formatsOf(definition)
  const named = Object.entries(study.params).flatMap(([name, value]) =>
    formatOf(name) === 'model' && typeof value === 'number' ? [value] : [],
  )
  return [...new Set([...study.modelIds.map(modelIdOf), ...named])]
}

function workOf(
  db: Db,
  study: StudyPlan,
  sources: readonly ImageSource[],
  listed: readonly ListedSource[],
  { minutes, secondsPerPass }: PlanOptions,
): PlanHead['work'] {
  const { definition, models, source } = study
  const places = new Map(sources.map((one, at) => [sourceKey(one), at]))
  const all = models.map(({ model }) => model)
  const found = speeds(db, source.datasetId, all)
  const extra = extraOf(db, study, all)
  return models.map((planned) => {
    const { model, conditions } = planned
    const speed = found.get(model.id)
    const pass = secondsPerPass ?? speed?.seconds ?? 1
    const costs = conditions.map(() => 0)
    for (const group of passGroups(db, definition, model, conditions))
      for (const condition of group.conditions)
        costs[conditions.indexOf(condition)] = (group.forwards / group.conditions.length) * pass
    const longest = Math.max(0, ...listed.map(({ images }) => images))
    const more = ((extra.get(model.id) ?? 0) * pass) / Math.max(1, longest)
    const cut = cutWork(costs.length > 0 ? costs : [more], longest, 60 * minutes, {
      images: canDivide(study),
      conditions: !definition.measure,
    })
    return {
      modelId: model.id,
      title: model.title,
      conditions: conditions.map(({ condition, source: of }) => ({
        key: condition.key,
        source: places.get(sourceKey(of)) ?? 0,
      })),
      ...cut,
      groups: conditions.length > 0 ? cut.groups : [[0, 0]],
      conditionsApart: !definition.measure,
      setup: setupDigest(planned),
      measured: secondsPerPass === undefined && (speed?.measured ?? false),
    }
  })
}

/** Forward passes of each model for what is computed besides conditions, over all images. */
function extraOf(
  db: Db,
  { definition, study, source, images }: StudyPlan,
  models: StoredModel[],
): Map<number, number> {
  const found = new Map<number, number>()
  const context = { db, dataset: getDataset(db, source.datasetId), models, images, settled: () => 0 }
  for (const { model, images: wanted, forwards } of definition.extraWork?.(study.params, context) ?? [])
    found.set(model.id, (found.get(model.id) ?? 0) + wanted * forwards)
  return found
}

type Row = PlanHead['study']['row']

/** The stored row of something, without its id and what only this workspace knows. */
function rowOf(db: Db, table: 'study' | 'model' | 'dataset', id: number, without: readonly string[]): Row {
  const row = db.prepare<[number], Row>(`SELECT * FROM ${table} WHERE id = ?`).get(id) ?? {}
  return Object.fromEntries(
    Object.entries(row).filter(([name]) => !['id', 'removal_id', ...without].includes(name)),
  )
}

const studyOf = (db: Db, { study: { id, kind, title, createdAt, modelIds } }: StudyPlan) => ({
  id,
  kind,
  title,
  createdAt,
  row: rowOf(db, 'study', id, []),
  models: modelIds.map(modelIdOf),
})

const modelOf = (db: Db, { id, title, digest, path, bytes }: StoredModel): PlanHead['models'][number] => ({
  id,
  title,
  digest,
  path,
  bytes,
  row: rowOf(db, 'model', id, ['path', 'mtime', 'self_check', 'trial']),
})

function datasetOf(db: Db, id: number): PlanDataset {
  const { title, classes } = getDataset(db, id)
  const size = imageSize(db, id)
  const parts = db
    .prepare<[number], string>(
      'SELECT DISTINCT part FROM image WHERE dataset_id = ? AND part IS NOT NULL ORDER BY part',
    )
    .pluck()
    .all(id)
  return {
    id,
    title,
    root: imageRoot(db, id),
    row: rowOf(db, 'dataset', id, ['problem', 'generation']),
    classes: classes.map(({ index, name, images }) => ({ index, name, images })),
    size: size && [size.height, size.width],
    parts,
  }
}
