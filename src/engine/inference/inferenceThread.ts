import { KernelscopeError } from '#shared/errors.ts'
import { deathText, Thread } from '../threads/thread.ts'
import type { Answers, InferenceTask, OpenTask, TimingTask } from './protocol.ts'

/** A worker thread for sessions of ONNX Runtime. It ends with its first death. */
export type InferenceThread = Thread<OpenTask | TimingTask | InferenceTask, Answers>

/** Makes a thread, which starts with its first task. A task that it dies of is an INFERENCE_FAILED. */
export const inferenceThread = (): InferenceThread =>
  new Thread<OpenTask | TimingTask | InferenceTask, Answers>({
    name: 'inference',
    once: true,
    lost: (_, death) =>
      new KernelscopeError('INFERENCE_FAILED', deathText('the inference worker', death), {
        cause: death.error,
      }),
  })
