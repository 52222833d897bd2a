import { KernelscopeError } from '#shared/errors.ts'
import { attributionPart } from './attribution.ts'
import { createSession, feedTensors, outputValues } from './ort.ts'
import type { WorkerSessions, OpenTensorsRequest } from './protocol.ts'

/**
 * Opens any graph with float inputs. The result runs it by the names of inputs and outputs (for attention maps, receptive
 * fields and variances), and computes gradients.
 */
export async function openTensorGraph(request: OpenTensorsRequest): Promise<WorkerSessions> {
  const session = await createSession(request.path, request)
  return {
    async ask(asked) {
      if (asked.kind === 'attribution') return attributionPart(session, asked)
      if (asked.kind !== 'tensors') throw new KernelscopeError('INTERNAL', `a probe cannot ${asked.kind}`)
      const started = performance.now()
      const results = await session.run(feedTensors(asked.feeds), asked.outputs)
      const outputs = asked.outputs.map((name) => {
        const tensor = results[name]
        return { data: outputValues(tensor, name), shape: [...(tensor?.dims ?? [])] }
      })
      return { outputs, milliseconds: performance.now() - started }
    },
    release: () => session.release(),
  }
}
