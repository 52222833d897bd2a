import { parentPort } from 'node:worker_threads'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { openAttacker } from './attacks/attacker.ts'
import { openClassifierGraph } from './classify.ts'
import type { Answers, Asked, FromWorker, Opening, ToWorker } from './protocol.ts'
import { openTensorGraph } from './tensors.ts'

/** What an opened worker can do. */
export interface Opened {
  ask(asked: Asked): Promise<Answers[keyof Answers]>
  release(): Promise<void>
}

/**
 * Holds ONNX Runtime sessions. `run` blocks the calling thread for its whole time, which is why it has a thread of its
 * own; batches come in shared buffers, facts go back.
 */
let opened: Opened | null = null
/** Work that has not been answered: sessions must not be released under it. */
const working = new Set<Promise<void>>()

parentPort?.on('message', (message: ToWorker) => {
  const handled = handle(message)
  if (message.type !== 'ask') return
  working.add(handled)
  void handled.then(() => working.delete(handled))
})

async function handle(message: ToWorker): Promise<void> {
  try {
    if (message.type === 'ask') {
      if (!opened) throw new KernelscopeError('INTERNAL', 'the inference worker has no session')
      send({ type: 'answer', id: message.id, answer: await opened.ask(message.asked) })
    } else if (message.type === 'close') {
      await Promise.all(working)
      await opened?.release()
      parentPort?.close()
    } else {
      opened = await open(message)
      send({ type: 'opened' })
    }
  } catch (error) {
    send({ type: 'failed', id: message.type === 'ask' ? message.id : null, problem: asInferenceError(error) })
  }
}

function open(opening: Opening): Promise<Opened> {
  if (opening.type === 'open') return openClassifierGraph(opening.request)
  if (opening.type === 'openAttack') return openAttacker(opening.request)
  return openTensorGraph(opening.request)
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
