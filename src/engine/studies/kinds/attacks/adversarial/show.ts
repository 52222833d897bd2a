import type { Attack } from '#shared/attacks.ts'
import { canonicalJson } from '#shared/canonical.ts'
import type { ErrorShape } from '#shared/errors.ts'
import { allOutputs } from '#shared/readouts.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { openClassifier, type Classifier, type StoredModel } from '../../../../models/index.ts'
import { gradientCallSize, inCalls, type CallSize } from '../../../measure/calls.ts'
import { onFloats } from '../../../measure/sessions.ts'
import { targetLookup } from '../../../measure/targets.ts'
import { takesImagesOf, transferCondition } from './conditions.ts'
import {
  factStore,
  internCondition,
  internVariant,
  type StudyImage,
  variantKey,
} from '../../../../facts/index.ts'
import type { FailedRow, MeasureContext } from '../../../definition/index.ts'

/** A model that gets the images made with another model. */
export interface TransferTarget {
  model: StoredModel
  classifier: Classifier
  variantId: number
  conditionId: number
  size: CallSize
}

/**
 * Opens the other models of a study that take the surrogate's images unchanged. Adds each to `targets` as
 * soon as it is open, so that the caller can close them after an error.
 */
export async function openTargets(
  context: MeasureContext,
  attack: Attack,
  targets: TransferTarget[],
): Promise<void> {
  for (const model of context.models.filter((other) => takesImagesOf(other, context.model))) {
    const classifier = await context.sessions.take(model, onFloats, () =>
      openClassifier(context.workspace, model, context.settings, context.log, onFloats),
    )
    const { transform, preprocessing } = transferCondition(attack, model, context.model)
    const setting = preprocessing ? { preprocessing } : {}
    targets.push({
      model,
      classifier,
      size: classifier.fixedBatch
        ? { most: classifier.batch, fixed: true }
        : { most: gradientCallSize(context.model).most, fixed: false },
      variantId: internVariant(
        context.workspace.db,
        variantKey(model, classifier.provider.name, noRewrite, setting),
      ).id,
      conditionId: internCondition(context.workspace.db, transform(0)),
    })
  }
}

/** Whether two attacks are the same, parameter by parameter. */
export const isSame = (a: Attack, b: Attack): boolean => canonicalJson(a) === canonicalJson(b)

/**
 * Stores a model's predictions for adversarial images, in calls that fit into memory. Images with a problem
 * are left out. Returns the images that were given up.
 *
 * @param made float32 [n, height, width, 3] in [0,1]
 */
export async function showImages(
  { workspace }: Pick<MeasureContext, 'workspace'>,
  { model, classifier, variantId, conditionId, size }: TransferTarget,
  images: readonly StudyImage[],
  made: Float32Array,
  problems: readonly (ErrorShape | null)[],
): Promise<FailedRow[]> {
  const { height, width } = classifier
  const values = height * width * 3
  // A graph with a fixed batch gets complete batches; the last one is padded.
  // Others may get one place more than there are images (`inCalls`).
  const places = size.fixed ? Math.ceil(images.length / size.most) * size.most : images.length + 1
  const pixels = new SharedArrayBuffer(places * values * 4)
  new Float32Array(pixels).set(made.subarray(0, images.length * values))
  const targetOf = targetLookup(model)
  const facts = factStore(workspace.db)
  const keyOf = (image: StudyImage) => ({ variantId, conditionId, exampleId: image.exampleId })
  const failed: FailedRow[] = []
  await inCalls(size, [...images.entries()], {
    async call(shown, batch) {
      const [first = 0] = shown[0] ?? []
      const targets = Int32Array.from(shown, ([, { className }]) => targetOf(className))
      const asked = [{ readout: allOutputs, targets }]
      const {
        facts: [found],
      } = await classifier.run({ pixels, first, batch }, shown.length, asked)
      const keys = shown.map(([at, image]) => (problems[at] ? null : keyOf(image)))
      if (found) facts.store(keys, found)
    },
    giveUp([at, image], problem) {
      if (problems[at]) return
      facts.fail(keyOf(image), problem)
      failed.push({ exampleId: image.exampleId, problem })
    },
    // A classifier whose worker died opens again.
    ended: () => false,
  })
  return failed
}
