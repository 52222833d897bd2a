import { numberText } from '#shared/params/numbers.ts'
import { attack as attackSchema, type Attack } from '#shared/attacks.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import type { Preprocessing } from '#shared/contract/index.ts'
import { allOutputs } from '#shared/readouts.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { openClassifier, unchangedGraph, type Classifier } from '../../../../models/index.ts'
import { failedRows, inCalls } from '../../../measure/calls.ts'
import { imageProblem } from '../../../measure/load.ts'
import { measureGrid } from '../../../measure/grid.ts'
import { targetLookup } from '../../../measure/targets.ts'
import { adversarialPath, openAdversarialImages, type AdversarialImages } from './adversarialImages.ts'
import type { TransferParams } from './params.ts'
import { surrogateIdFor } from './surrogate.ts'
import {
  balancedChunks,
  factStore,
  internVariant,
  settingOf,
  type StoredCondition,
  type StudyImage,
  variantKey,
} from '../../../../facts/index.ts'
import type { MeasureContext } from '../../../definition/index.ts'

/** Images made before they are given to the target. */
const chunkSize = 32

/** Measures the target model's predictions for clean images, then for the surrogate's adversarial images. */
export async function measureTransfer(context: MeasureContext, params: TransferParams): Promise<void> {
  const attackOf = ({ parts }: StoredCondition) => attackSchema.safeParse(parts[0]?.transform).data
  await measureGrid({
    ...context,
    conditions: context.conditions.filter((condition) => !attackOf(condition)),
  })
  const surrogateId = surrogateIdFor(params, context.model)
  if (surrogateId === null) throw new KernelscopeError('STUDY_PARAMS', 'invalid surrogate: none was settled')
  const adversarial = openAdversarialImages(context, surrogateId, params)
  const classifier = await context.sessions.take(context.model, unchangedGraph, () =>
    openClassifier(context.workspace, context.model, context.settings, context.log),
  )
  try {
    const runs = context.conditions.flatMap((condition) => {
      const attack = attackOf(condition)
      const conditionId = condition.parts[0]?.conditionId ?? 0
      return attack
        ? { adversarial, classifier, attack, conditionId, ...settled(context, classifier, condition) }
        : []
    })
    const { workspace, source, order, stretch } = context
    for await (const chunk of balancedChunks(workspace.db, source, order, chunkSize, stretch)) {
      for (const run of runs) {
        if (context.job.signal.aborted) return
        context.progress.note(
          `${context.model.title} on images made with ${adversarial.surrogate.title}, ε ${numberText(run.attack.epsilon)}`,
        )
        await showChunk(context, run, chunk)
      }
    }
  } finally {
    await context.sessions.give(context.model, unchangedGraph, classifier)
    await adversarial.close()
  }
}

interface TargetRun {
  adversarial: AdversarialImages
  classifier: Classifier
  /** The preprocessing of the adversarial picture for the target, and the variant of the facts with it. */
  preprocessing: Preprocessing
  variantId: number
  attack: Attack
  conditionId: number
}

function settled({ workspace, model }: MeasureContext, { provider }: Classifier, condition: StoredCondition) {
  const setting = settingOf(condition)
  const key = variantKey(model, provider.name, noRewrite, setting)
  return {
    preprocessing: setting.preprocessing ?? model.preprocessing,
    variantId: internVariant(workspace.db, key).id,
  }
}

async function showChunk(context: MeasureContext, run: TargetRun, chunk: StudyImage[]): Promise<void> {
  const { workspace, progress, job } = context
  const { adversarial, classifier, attack, conditionId, variantId } = run
  const facts = factStore(workspace.db)
  const known = facts.known(
    variantId,
    conditionId,
    chunk.map(({ exampleId }) => exampleId),
  )
  const missing = chunk.filter(({ exampleId }) => !known.has(exampleId))
  progress.add({ cached: chunk.length - missing.length })
  if (missing.length === 0) return
  job.enterNative()
  const failed = await adversarial.make(attack, missing)
  if (job.signal.aborted) return
  const size = { most: classifier.batch, fixed: classifier.fixedBatch }
  await inCalls(size, missing, {
    call: (part) =>
      // All calls have one shape, while memory allows it.
      showBatch(context, run, part, size.most === classifier.batch ? classifier.batch : part.length, failed),
    giveUp({ exampleId }, problem) {
      facts.fail({ variantId, conditionId, exampleId }, problem)
      progress.add({ failed: [{ exampleId, problem }] })
    },
    // A classifier whose worker died opens again.
    ended: () => false,
  })
  classifier.batch = size.most
}

async function showBatch(
  context: MeasureContext,
  { classifier, preprocessing, attack, conditionId, variantId }: TargetRun,
  images: StudyImage[],
  batch: number,
  failed: Map<string, ErrorShape>,
): Promise<void> {
  const { workspace, pool, model, progress } = context
  const { height, width } = classifier
  const pixels = new SharedArrayBuffer(batch * height * width * 3)
  const problems = await Promise.all(
    images.map(async (image, slot) => {
      const problem = failed.get(image.digest)
      if (problem) return problem
      const path = adversarialPath(workspace, attack, image)
      try {
        await pool.load(
          { path, imageKey: path, preprocessing, transforms: [{ transform: { op: 'identity' }, slot }] },
          pixels,
        )
        return null
      } catch (error) {
        // The picture lies in the workspace.
        return imageProblem(error, { path, root: null })
      }
    }),
  )
  const targetOf = targetLookup(model)
  const targets = Int32Array.from(images, ({ className }) => targetOf(className))
  const {
    facts: [found],
  } = await classifier.run({ pixels, first: 0, batch }, images.length, [{ readout: allOutputs, targets }])
  const store = factStore(workspace.db)
  const keyOf = (image: StudyImage) => ({
    variantId,
    conditionId,
    exampleId: image.exampleId,
  })
  if (found)
    store.store(
      images.map((image, row) => (problems[row] ? null : keyOf(image))),
      found,
    )
  for (const [row, image] of images.entries()) {
    const problem = problems[row]
    if (problem) store.fail(keyOf(image), problem)
  }
  const bad = failedRows(images, problems)
  progress.add({ computed: images.length - bad.length, failed: bad })
}
