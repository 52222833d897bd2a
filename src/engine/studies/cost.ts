import type { StudyCost, StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { getDataset } from '../datasets/index.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { currentVariants, getModel, targetsOf } from '../models/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { countImages, imagesOf, type ImageSource } from './images.ts'
import { conditionsOf } from './plan.ts'
import { studyDefinition } from './registry.ts'
import { parseParams } from './store.ts'

/**
 * What a study would cost, before anything is stored of it. Seconds come from earlier runs or batch trials of the same
 * models; null while one of them was never run here.
 */
export function studyCost({ db }: Workspace, input: StudyInput): StudyCost {
  const definition = studyDefinition(input.kind)
  const params = parseParams(definition, input.params)
  const source: ImageSource = { datasetId: input.datasetId, selectedFor: null }
  const dataset = getDataset(db, input.datasetId)
  const all = countImages(db, source)
  const images = input.sample
    ? sampled(
        dataset.classes.map((c) => c.images),
        input.sample.perClass,
        all,
      )
    : all
  const { sql, values } = imagesOf(source)
  const count = db
    .prepare<number[], number>(
      `SELECT count(*) FROM ${sql.replace(' WHERE ', ' JOIN prediction p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id WHERE ')} AND i.id BETWEEN ? AND ?`,
    )
    .pluck()
  const warnings: ErrorShape[] = []
  let cached = 0
  let passes = 0
  let most = 0
  let seconds: number | null = 0
  for (const id of input.modelIds) {
    const model = getModel(db, id)
    const variants = currentVariants(db, model)
    const conditions = conditionsOf(db, definition, params, model, source)
    let known = 0
    for (const { condition, parts } of conditions) {
      const variant = variants(condition.rewrite ?? noRewrite)
      if (variant)
        for (const { conditionId, from, to } of parts)
          known += count.get(variant.id, conditionId, ...values, from, to) ?? 0
    }
    passes += images * conditions.length
    most = Math.max(most, conditions.length)
    // A sample is not drawn before the study exists: its stored share is taken to be that of the whole.
    known = Math.round(all === 0 ? 0 : (known * images) / all)
    cached += known
    const perImage = variants(noRewrite)?.secondsPerImage ?? null
    seconds =
      seconds === null || perImage === null ? null : seconds + perImage * (images * conditions.length - known)
    if (model.problem) warnings.push(model.problem)
    const targets = targetsOf(
      dataset.classes.map(({ name }) => name),
      { set: model.labelSet, names: model.labels },
    )
    const unknown = [...targets].filter(([, target]) => target < 0).map(([name]) => name)
    if (unknown.length > 0) {
      const message = `${unknown.length} of ${targets.size} classes of ${dataset.title} are not among the labels of ${model.title}: ${unknown.slice(0, 5).join(', ')}`
      warnings.push(new KernelscopeError('STUDY_LABELS', message).toShape())
    }
  }
  return { passes, cached, images, conditions: most, seconds, warnings }
}

const sampled = (classes: number[], perClass: number, all: number) =>
  Math.min(
    all,
    classes.reduce((total, images) => total + Math.min(images, perClass), 0),
  )
