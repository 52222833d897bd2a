import { Tensor } from 'onnxruntime-node'
import { KernelscopeError } from '#shared/errors.ts'
import { createSession, feedTensors, floatsOf, floatTensor } from './ort.ts'
import type { WorkerSessions, OpenRequest, BatchSlice } from './protocol.ts'
import { factsUnder } from './readout.ts'

/** Opens a classifier. The result runs batches of pixels and computes facts from the outputs. */
export async function openClassifierGraph(request: OpenRequest): Promise<WorkerSessions> {
  const session = await createSession(request.path, request)
  const { height, width, classes, input, output, probabilities, pixelType } = request
  const values = height * width * 3

  const pixelTensor = ({ pixels, first, batch }: BatchSlice) => {
    const shape = [batch, height, width, 3]
    return pixelType === 'uint8'
      ? new Tensor('uint8', new Uint8Array(pixels, first * values, batch * values), shape)
      : floatTensor(new Float32Array(pixels, first * values * 4, batch * values), shape)
  }
  return {
    async ask(asked) {
      if (asked.kind !== 'run' && asked.kind !== 'outputs') {
        throw new KernelscopeError('INTERNAL', `a classifier cannot ${asked.kind}`)
      }
      const started = performance.now()
      const results = await session.run({ [input]: pixelTensor(asked), ...feedTensors(asked.feeds) }, [
        output,
      ])
      const milliseconds = performance.now() - started
      const outputs = floatsOf(results[output], output, asked.batch * classes)
      if (asked.kind === 'outputs') return { outputs: outputs.slice(0, asked.rows * classes), milliseconds }
      const facts = asked.readings.map((reading) =>
        factsUnder(reading, outputs, asked.rows, classes, probabilities),
      )
      return { facts, milliseconds }
    },
    release: () => session.release(),
  }
}
