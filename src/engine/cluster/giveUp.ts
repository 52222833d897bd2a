import { KernelscopeError } from '#shared/errors.ts'
import { factStore, internVariant, partFor, settingOf, variantKey } from '../facts/index.ts'
import { planRun } from '../studies/index.ts'
import { openPlan, readImages, unitNamed } from '../units/index.ts'
import type { Workspace } from '../workspace/index.ts'
import type { OpenRun } from './store/runs.ts'

/**
 * Records that the images of a unit could not be measured under its conditions, with the reason, as a batch that fails is
 * recorded. What was measured of them stays.
 *
 * @param plan file of the plan of the run
 * @throws PLAN_MALFORMED where it is not what was written
 */
export async function recordFailures(
  { db }: Pick<Workspace, 'db'>,
  { studyId, profile: { provider } }: OpenRun,
  plan: string,
  name: string,
  reason: string,
): Promise<void> {
  const open = await openPlan(plan)
  try {
    const unit = unitNamed(open.head, name)
    const model = planRun(db, studyId).models.find((one) => one.model.id === unit?.modelId)
    const work = open.head.work.find(({ modelId }) => modelId === unit?.modelId)
    if (!unit || !model || !work) return
    const problem = new KernelscopeError('INFERENCE_FAILED', `the cluster could not measure it: ${reason}`, {
      hint: 'Run the study here, or on the cluster again: only what is missing is measured.',
    }).toShape()
    const facts = factStore(db)
    const exampleOf = db
      .prepare<[Buffer, string], number>('SELECT id FROM example WHERE digest = ? AND class = ?')
      .pluck()
    for (const { key, source } of work.conditions.slice(...unit.conditions)) {
      const planned = model.conditions.find(({ condition }) => condition.key === key)
      const images = open.head.sources[source]
      if (!planned || !images) continue
      const variant = internVariant(
        db,
        variantKey(model.model, provider, planned.condition.rewrite, settingOf(planned)),
      )
      for await (const page of readImages(open, images, unit.images))
        for (const [imageId, , , digest, className] of page) {
          const exampleId = exampleOf.get(Buffer.from(digest, 'hex'), className)
          if (exampleId === undefined) continue
          const [variantId, { conditionId }] = [variant.id, partFor(planned, imageId)]
          if (facts.known(variantId, conditionId, [exampleId]).size === 0)
            facts.fail({ variantId, conditionId, exampleId }, problem)
        }
    }
  } finally {
    await open.close()
  }
}
