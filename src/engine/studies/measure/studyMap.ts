import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import type { SaliencyMethod, SaliencyTarget } from '#shared/contract/index.ts'
import type { StudyImage } from '../../facts/index.ts'
import { providersFor, type ProviderName } from '../../inference/index.ts'
import {
  floatsOfPart,
  KeptMaps,
  orderingValues,
  saliency,
  saliencyPlan,
  type InspectedModel,
  type MapContext,
  type OpenSessions,
} from '../../saliency/index.ts'
import type { MeasureContext } from '../definition/index.ts'
import { isComputingProblem } from './calls.ts'
import { imageProblem } from './load.ts'
import { targetLookup, unknownClass } from './targets.ts'

/** A map of an image: the values by which its pixels are ordered, [H,W], and the index of the explained class. */
export interface StudyMap {
  values: Float32Array
  index: number
  provider: ProviderName
}

/** What a map of an image of a study is asked for. `model` is that of the study, or the same with random weights. */
export interface MapAsked {
  method: SaliencyMethod
  target: SaliencyTarget
  model: InspectedModel
}

/** The services that maps are computed with. */
export const mapContext = (
  { workspace, pool, settings, log, job }: MeasureContext,
  sessions: OpenSessions,
): MapContext => ({
  ...{ pool, settings, log, sessions, kept: new KeptMaps() },
  weights: workspace.weights,
  signal: job.signal,
})

/**
 * Computes the map of an image for its logit. Returns the reason where there is none; null where the job was stopped.
 *
 * @throws the errors of opening the model, which are no property of the image
 */
export async function studyMap(
  measuring: MeasureContext,
  sessions: OpenSessions,
  { method, target, model }: MapAsked,
  image: StudyImage,
): Promise<StudyMap | ErrorShape | null> {
  const context = mapContext(measuring, sessions)
  const trueClass = targetLookup(measuring.model)(image.className)
  if (target.kind === 'true' && trueClass < 0) return unknownClass(model, image.className)
  const file = { path: image.path, digest: image.digest, trueClass: trueClass < 0 ? null : trueClass }
  // A model that cannot be opened is not a problem of the image.
  const lease = await sessions.open(context, model, await saliencyPlan(model, method))
  try {
    for await (const event of saliency(context, null, model, file, { method, target, of: 'logit' })) {
      if (event.type === 'progress') continue
      const { result } = event
      const part = context.kept.get(null, result.key, ['saliency']).parts['channels']
      if (!part) throw new KernelscopeError('INTERNAL', 'the map was not kept')
      return {
        values: orderingValues(floatsOfPart(part), part.shape[2] ?? 3),
        index: result.target.index,
        provider: providerNamed(result.provider),
      }
    }
    throw new KernelscopeError('INTERNAL', 'the map was not computed')
  } catch (error) {
    if (context.signal.aborted) return null
    if (isComputingProblem(error) && !lease.session.ended) return error.toShape()
    return await imageProblem(error, image)
  } finally {
    lease.end()
  }
}

/** The provider of a name that a session told. */
export const providerNamed = (name: string): ProviderName =>
  providersFor('auto').find((one) => one.name === name)?.name ?? 'cpu'
