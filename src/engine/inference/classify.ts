import { Tensor } from 'onnxruntime-node'
import { KernelscopeError } from '#shared/errors.ts'
import { createSession, feedTensors, floatsOf, floatTensor, type OpenGraph } from './ort.ts'
import { openSegments } from './segments.ts'
import type { BatchSlice, OpenRequest, WorkerSessions } from './protocol.ts'
import { factsUnder } from './readout.ts'

async function openWhole(request: OpenRequest): Promise<OpenGraph> {
  const { path, input, output } = request
  const session = await createSession(path, request)
  return {
    output: async (pixels, feeds) =>
      (await session.run({ [input]: pixels, ...feedTensors(feeds) }, [output]))[output],
    release: () => session.release(),
  }
}

/** Opens a classifier. The result runs batches of pixels and computes facts from the outputs. */
export async function openClassifierGraph(request: OpenRequest): Promise<WorkerSessions> {
  const { height, width, classes, output, probabilities, pixelType, segments } = request
  const graph = segments ? await openSegments(request, segments) : await openWhole(request)
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
      const shared = asked.kind === 'run' ? asked.shared : undefined
      const found = await graph.output(pixelTensor(asked), asked.feeds, shared)
      const milliseconds = performance.now() - started
      const outputs = floatsOf(found, output, asked.batch * classes)
      if (asked.kind === 'outputs') return { outputs: outputs.slice(0, asked.rows * classes), milliseconds }
      const facts = asked.readings.map((reading) =>
        factsUnder(reading, outputs, asked.rows, classes, probabilities),
      )
      return { facts, milliseconds }
    },
    release: () => graph.release(),
  }
}
