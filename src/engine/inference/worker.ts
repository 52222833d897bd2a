import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { answerTasks } from '../threads/answer.ts'
import { openAttacker } from './attacks/attacker.ts'
import { openClassifierGraph } from './classify.ts'
import { timePadding } from './paddingTimes.ts'
import type { Answers, InferenceTask, OpenTask, ReleaseTask, TimingTask, WorkerSessions } from './protocol.ts'
import { openTensorGraph } from './tensors.ts'

/**
 * Holds ONNX Runtime sessions. It has its own thread, because `run` blocks the calling thread until it ends. Batches come
 * in shared buffers; facts are sent back.
 */
let opened: WorkerSessions | null = null

answerTasks(answer, { problemOf: asInferenceError, end: () => opened?.release() })

async function answer(
  task: OpenTask | TimingTask | InferenceTask | ReleaseTask,
): Promise<Answers[keyof Answers]> {
  switch (task.kind) {
    case 'open':
      opened = await openClassifierGraph(task.request)
      return undefined
    case 'openAttack':
      opened = await openAttacker(task.request)
      return undefined
    case 'openTensors':
      opened = await openTensorGraph(task.request)
      return undefined
    case 'release': {
      const held = opened
      opened = null
      await held?.release()
      return undefined
    }
    case 'timePadding':
      return timePadding(task)
    default:
      if (!opened) throw new KernelscopeError('INTERNAL', 'the inference worker has no session')
      return opened.ask(task)
  }
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
