import { tellingSteps } from '../base/steps.ts'
import { weightsText } from '../models/index.ts'
import type { VariantPlan } from '../onnx/index.ts'
import type { MapContext, Progress } from './context.ts'
import type { InspectedModel } from './inspectedModel.ts'
import type { SessionInUse } from './sessions.ts'

/**
 * Opens a session of a model's variant like `OpenSessions.open`, and yields progress while its weights are written first.
 *
 * @param progress what is yielded, but for its words
 * @throws the errors of `OpenSessions.open`
 */
export async function* opened(
  context: MapContext,
  model: InspectedModel,
  plan: VariantPlan,
  progress: Pick<Progress, 'total' | 'unit'>,
): AsyncGenerator<Progress, SessionInUse, undefined> {
  const notes: string[] = []
  const text = weightsText([model])
  let told = Promise.withResolvers<void>()
  const opening = tellingSteps(
    (step) => {
      notes.push(text(step))
      told.resolve()
    },
    () => context.sessions.open(context, model, plan),
  )
  const ended = opening.then(
    () => true,
    () => true,
  )
  let given = false
  try {
    while (!(await Promise.race([ended, told.promise.then(() => false)]))) {
      told = Promise.withResolvers()
      const note = notes.splice(0).at(-1)
      if (note !== undefined) yield { type: 'progress', done: 0, ...progress, note }
    }
    const inUse = await opening
    given = true
    return inUse
  } finally {
    // Whoever left at a step has no session to end.
    if (!given) void opening.then((inUse) => inUse.end()).catch(() => undefined)
  }
}
