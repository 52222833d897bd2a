import { KernelscopeError } from '#shared/errors.ts'
import { convolutionText, onGraphThread, type PaddedConvolution, type PaddingTrial } from '../onnx/index.ts'
import type { OpenTask, PaddingTimes } from './protocol.ts'

/** Times both forms of convolutions. */
export type TimePadding = (trials: readonly PaddingTrial[]) => Promise<PaddingTimes[]>

/** The padded form is used where it takes at most this share of the time. */
const worthIt = 0.9

/**
 * Makes a function that changes a task so that wide depthwise convolutions are padded as `padColumns` does, where the CPU
 * computes them faster so, with the same bits. The graphs are written beside those of the task. Each form of a convolution is
 * timed once, and what was decided is kept in the function alone: another processor or another version of ONNX Runtime may
 * find otherwise. The function throws the errors of the graph thread.
 */
export function paddingHere(): (task: OpenTask, time: TimePadding) => Promise<OpenTask> {
  const decided = new Map<string, boolean>()
  // Trials come one after another, so that they do not disturb each other.
  let last: Promise<unknown> = Promise.resolve()

  const decide = async (path: string, convolutions: readonly PaddedConvolution[], time: TimePadding) => {
    const open = convolutions.filter((convolution) => !decided.has(convolutionText(convolution)))
    if (open.length === 0) return
    const times = await measured(path, open, time)
    for (const [place, convolution] of open.entries())
      decided.set(convolutionText(convolution), isWorthIt(times[place]))
  }
  const fileOf = async (path: string, time: TimePadding): Promise<string> => {
    const { open, path: found } = await onGraphThread({ kind: 'padding', path, decided })
    if (open.length === 0) return found
    const decision = last.then(() => decide(path, open, time))
    last = decision.catch(() => undefined)
    await decision
    return (await onGraphThread({ kind: 'padding', path, decided })).path
  }
  return async (task, time) => {
    if (task.request.provider !== 'cpu' || (task.kind === 'openTensors' && task.request.original)) return task
    return withFiles(task, (path) => fileOf(path, time))
  }
}

/** The same task with other files. */
async function withFiles(task: OpenTask, fileOf: (path: string) => Promise<string>): Promise<OpenTask> {
  switch (task.kind) {
    case 'openTensors':
      return { ...task, request: { ...task.request, path: await fileOf(task.request.path) } }
    case 'openAttack': {
      const path = await fileOf(task.request.path)
      const gradientPath = await fileOf(task.request.gradientPath)
      return { ...task, request: { ...task.request, path, gradientPath } }
    }
    case 'open': {
      const { path, segments } = task.request
      if (!segments) return { ...task, request: { ...task.request, path: await fileOf(path) } }
      const padded = []
      for (const segment of segments) {
        const removed = segment.removed === null ? null : await fileOf(segment.removed)
        padded.push({ ...segment, kept: await fileOf(segment.kept), removed })
      }
      return { ...task, request: { ...task.request, segments: padded } }
    }
  }
}

const isWorthIt = (times: PaddingTimes | undefined): boolean =>
  times !== undefined && times.same && times.padded <= worthIt * times.plain

/** Times of a trial; none where it fails, so that no opening depends on it. */
async function measured(
  path: string,
  convolutions: readonly PaddedConvolution[],
  time: TimePadding,
): Promise<PaddingTimes[]> {
  const trials = await onGraphThread({ kind: 'paddingTrials', path, convolutions })
  try {
    return await time(trials)
  } catch (error) {
    if (error instanceof KernelscopeError && refusals.has(error.code)) return []
    throw error
  }
}

/** What a worker says of a trial that it cannot run. */
const refusals = new Set(['MODEL_LOAD_FAILED', 'OUT_OF_MEMORY', 'INFERENCE_FAILED'])
