import { KernelscopeError } from '#shared/errors.ts'
import { convolutionText, onGraphThread, type PaddedConvolution, type PaddingTrial } from '../onnx/index.ts'
import type { OpenTask, PaddingTimes } from './protocol.ts'

/** Times both forms of convolutions, on the threads of the session that will run them. */
export type TimePadding = (trials: readonly PaddingTrial[]) => Promise<PaddingTimes[]>

/** The padded form is used where it takes at most this share of the time. */
const worthIt = 0.9

/**
 * Whether each convolution is padded before it, by threads and convolution. A trial takes tens of milliseconds, so it is made
 * once in a process and kept nowhere else: another processor or another version of ONNX Runtime may find otherwise.
 */
const decided = new Map<string, boolean>()
/** Trials come one after another, so that they do not disturb each other. */
let lastTrial: Promise<unknown> = Promise.resolve()

/**
 * The same task with graphs whose wide depthwise convolutions are padded as `padColumns` does, where the CPU computes them
 * faster so, with the same bits. The files are written beside those of the task.
 *
 * @param time times convolutions that were not timed before
 * @throws the errors of the graph thread
 */
export async function withPadding(task: OpenTask, time: TimePadding): Promise<OpenTask> {
  const { request } = task
  if (request.provider !== 'cpu') return task
  const fileOf = (path: string) => paddedFile({ path, threads: request.threads, time })
  switch (task.kind) {
    case 'openTensors':
      if (task.request.original) return task
      return { ...task, request: { ...task.request, path: await fileOf(request.path) } }
    case 'openAttack': {
      const [path, gradientPath] = [await fileOf(request.path), await fileOf(task.request.gradientPath)]
      return { ...task, request: { ...task.request, path, gradientPath } }
    }
    case 'open': {
      const { segments } = task.request
      if (!segments) return { ...task, request: { ...task.request, path: await fileOf(request.path) } }
      const padded = []
      for (const segment of segments) {
        const removed = segment.removed === null ? null : await fileOf(segment.removed)
        padded.push({ ...segment, kept: await fileOf(segment.kept), removed })
      }
      return { ...task, request: { ...task.request, segments: padded } }
    }
  }
}

/** A file whose convolutions are timed, with how many threads they run, and what times them. */
interface Trial {
  path: string
  threads: number
  time: TimePadding
}

/** The path of a graph to open instead of a file: its own, where no convolution of it is worth it. */
async function paddedFile(trial: Trial): Promise<string> {
  const { path } = trial
  const found = await onGraphThread({ kind: 'convolutions', path })
  const chosen = await choose(found, trial)
  return chosen.length === 0 ? path : onGraphThread({ kind: 'padded', path, convolutions: chosen })
}

/** Those convolutions of a file that are computed faster with padding before them, with the same bits. */
async function choose(found: readonly PaddedConvolution[], trial: Trial): Promise<PaddedConvolution[]> {
  const keyOf = (convolution: PaddedConvolution) => `${trial.threads} ${convolutionText(convolution)}`
  const decide = async () => {
    const open = found.filter((convolution) => !decided.has(keyOf(convolution)))
    if (open.length === 0) return
    const times = await measured(open, trial)
    for (const [place, convolution] of open.entries())
      decided.set(keyOf(convolution), isWorthIt(times[place]))
  }
  const decision = lastTrial.then(decide)
  lastTrial = decision.catch(() => undefined)
  await decision
  return found.filter((convolution) => decided.get(keyOf(convolution)))
}

const isWorthIt = (times: PaddingTimes | undefined): boolean =>
  times !== undefined && times.same && times.padded <= worthIt * times.plain

/** Times of a trial; none where it fails, so that no opening depends on it. */
async function measured(
  convolutions: readonly PaddedConvolution[],
  { path, time }: Trial,
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
