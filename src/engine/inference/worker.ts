import { InferenceSession, Tensor } from 'onnxruntime-node'
import { parentPort } from 'node:worker_threads'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { factsOf } from './facts.ts'
import type { FromWorker, OpenRequest, ToWorker } from './protocol.ts'

/**
 * Holds one ONNX Runtime session. `run` blocks the calling thread for its whole time, which is why it has a thread of
 * its own; batches come in shared buffers, facts go back.
 */
let session: InferenceSession | null = null
let opened: OpenRequest | null = null

parentPort?.on('message', (message: ToWorker) => void handle(message))

async function handle(message: ToWorker): Promise<void> {
  try {
    if (message.type === 'open') await open(message.request)
    else if (message.type === 'close') await close()
    else await run(message)
  } catch (error) {
    send({ type: 'failed', id: 'id' in message ? message.id : null, problem: asInferenceError(error) })
  }
}

async function open(request: OpenRequest): Promise<void> {
  session = await InferenceSession.create(request.path, {
    executionProviders: [request.provider],
    ...(request.threads > 0 ? { intraOpNumThreads: request.threads } : {}),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  opened = request
  send({ type: 'opened' })
}

async function run(message: Extract<ToWorker, { type: 'run' | 'outputs' }>): Promise<void> {
  if (!session || !opened) throw new KernelscopeError('INTERNAL', 'the inference worker has no session')
  const { height, width, classes, input, output, probabilities } = opened
  const { first, batch, rows, pixels, id } = message
  const imageBytes = height * width * 3
  const data = new Uint8Array(pixels, first * imageBytes, batch * imageBytes)
  const started = performance.now()
  const feeds = message.feeds.map(({ name, data, shape }) => [name, new Tensor('float32', data, shape)])
  const results = await session.run(
    { [input]: new Tensor('uint8', data, [batch, height, width, 3]), ...Object.fromEntries(feeds) },
    [output],
  )
  const milliseconds = performance.now() - started
  const outputs = results[output]?.data
  if (!(outputs instanceof Float32Array) || outputs.length !== batch * classes) {
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `the output ${output} is not float32 [${batch}, ${classes}]`,
    )
  }
  if (message.type === 'outputs') {
    send({ type: 'outputs', id, outputs: outputs.slice(0, rows * classes), milliseconds })
  } else {
    send({
      type: 'facts',
      id,
      facts: factsOf(outputs, rows, classes, message.targets, probabilities),
      milliseconds,
    })
  }
}

async function close(): Promise<void> {
  await session?.release()
  parentPort?.close()
}

const outOfMemory =
  /out of memory|failed to allocate|bad_?alloc|BFCArena|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation/i

function asInferenceError(error: unknown) {
  if (error instanceof KernelscopeError) return error.toShape()
  const { message, details } = toErrorShape(error)
  const code = outOfMemory.test(message) ? 'OUT_OF_MEMORY' : opened ? 'INFERENCE_FAILED' : 'MODEL_LOAD_FAILED'
  const firstLine = message.split('\n')[0] ?? message
  return new KernelscopeError(code, `onnxruntime: ${firstLine}`, { details: details ?? message }).toShape()
}

function send(message: FromWorker): void {
  parentPort?.postMessage(message)
}
