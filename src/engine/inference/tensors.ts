import { KernelscopeError } from '#shared/errors.ts'
import { attributionPart } from './attribution.ts'
import { createSession, feedTensors } from './ort.ts'
import type { Opened, OpenTensorsRequest } from './protocol.ts'

/** Runs any graph on float inputs by name, for probes: attention maps, receptive fields, variances; and takes gradients. */
export async function openTensorGraph(request: OpenTensorsRequest): Promise<Opened> {
  const session = await createSession(request.path, request)
  return {
    async ask(asked) {
      if (asked.kind === 'attribution') return attributionPart(session, asked)
      if (asked.kind !== 'tensors') throw new KernelscopeError('INTERNAL', `a probe cannot ${asked.kind}`)
      const started = performance.now()
      const results = await session.run(feedTensors(asked.feeds), asked.outputs)
      const outputs = asked.outputs.map((name) => {
        const tensor = results[name]
        if (!(tensor?.data instanceof Float32Array))
          throw new KernelscopeError('MODEL_UNSUPPORTED', `the output ${name} is not float32`)
        return { data: tensor.data, shape: [...tensor.dims] }
      })
      return { outputs, milliseconds: performance.now() - started }
    },
    release: () => session.release(),
  }
}
