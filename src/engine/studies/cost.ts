import type { Dataset, StudyCost, StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { getDataset } from '../datasets/index.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { currentVariants, getModel, targetsOf } from '../models/index.ts'
import type { Db, Workspace } from '../workspace/index.ts'
import { enlargement } from './benchmarks/geometry.ts'
import { settingOf, type StoredCondition } from './conditions.ts'
import { countImages, sourceKey, type ImageSource } from './images.ts'
import { isLesion } from './lanes.ts'
import { choiceText, lesionTimes, weighLesion } from './lesionCost.ts'
import { blocksOf } from './lesionLanes.ts'
import { passKey } from './passes.ts'
import { conditionsOf } from './plan.ts'
import { studyDefinition } from './registry.ts'
import { settledParams } from './store.ts'
import { countFacts } from './unmeasured.ts'

/**
 * What a study would cost, before anything is stored of it. Seconds come from earlier runs or batch trials of the same
 * models; null while one of them was never run here.
 */
/** `subset`: how many images the subset of the input has now. */
export function studyCost({ db }: Workspace, input: StudyInput, subset: number | null = null): StudyCost {
  const definition = studyDefinition(input.kind)
  const params = settledParams(db, definition, input)
  const source: ImageSource = { datasetId: input.datasetId, selectedFor: null }
  const dataset = getDataset(db, input.datasetId)
  const share = sampledShare(db, input, dataset, subset)
  const counts = new Map<string, number>()
  const imagesIn = (wanted: ImageSource) => {
    const key = sourceKey(wanted)
    const known = counts.get(key) ?? Math.round(countImages(db, wanted) * share)
    counts.set(key, known)
    return known
  }
  const warnings: ErrorShape[] = []
  let cached = 0
  let passes = 0
  let most = 0
  let seconds: number | null = 0
  const choices: string[] = []
  const models = input.modelIds.map((id) => getModel(db, id))
  for (const model of models) {
    const variants = currentVariants(db, model)
    const conditions = conditionsOf(db, definition, params, model, models, source)
    let left = 0
    const lesions: StoredCondition[] = []
    // Conditions that only read the same outputs in different ways are one forward pass.
    for (const group of Map.groupBy(conditions, passKey).values()) {
      const images = group[0] ? imagesIn(group[0].source) : 0
      const known = group.map((stored) => {
        const variant = variants(stored.condition.rewrite ?? noRewrite, settingOf(stored))
        return variant ? Math.round(countFacts(db, variant.id, stored) * share) : 0
      })
      const least = Math.min(images, ...known)
      passes += images
      cached += least
      if (group[0] && isLesion(group[0]) && least < images) lesions.push(group[0])
      else left += images - least
    }
    most = Math.max(most, conditions.length)
    const plain = variants(noRewrite)
    const perImage = plain?.secondsPerImage ?? null
    const times = plain && lesionTimes(db, plain.id)
    if (lesions.length > 0 && times) {
      const choice = weighLesion(model, lesions.map(blocksOf), imagesIn(source), times)
      choices.push(`${model.title}: ${choiceText(choice)}`)
      if (seconds !== null) seconds += Math.min(choice.gatedSeconds, choice.cutSeconds)
    } else if (lesions.length > 0) {
      choices.push(`${model.title}: a trial at the start decides whether blocks are gated or cut out`)
      left += lesions.length * imagesIn(source)
    }
    seconds = seconds === null || (perImage === null && left > 0) ? null : seconds + (perImage ?? 0) * left
    if (model.problem) warnings.push(model.problem)
    const resized = enlargement(db, dataset, model)
    if (resized !== null)
      warnings.push(
        new KernelscopeError('STUDY_PARAMS', resized, {
          hint: 'For numbers like published ones, take a model that was trained at the size of the images.',
        }).toShape(),
      )
    if (definition.needsLabels === false) continue
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
  return { passes, cached, images: imagesIn(source), conditions: most, seconds, choices, warnings }
}

/** A sample is not drawn before the study exists: what it will leave of each source is taken to be its share of the whole. */
function sampledShare(
  db: Db,
  { sample, datasetId }: StudyInput,
  { classes, parts }: Dataset,
  subset: number | null,
): number {
  if (!sample && subset === null) return 1
  const all = countImages(db, { datasetId, selectedFor: null })
  if (all === 0) return 0
  const most = subset === null ? 1 : Math.min(1, subset / all)
  if (!sample) return most
  const perClass = sample.perClass * Math.max(1, parts.length)
  const left = classes.reduce((total, { images }) => total + Math.min(images, perClass), 0)
  return Math.min(most, left / all)
}
