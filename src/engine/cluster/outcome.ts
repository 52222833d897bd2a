import { taskExits } from './script.ts'
import { phaseOf, type TaskEnd, type TaskState } from './queue.ts'

/** How a task ended. */
export interface Outcome {
  /** In words, for people. */
  reason: string
  /**
   * Whose fault it was: `unit`, so that it counts against the unit; `place`, a node or the queue, so that the same unit may do
   * well elsewhere; `setup`, so that every unit would fail in the same way; `person`, who cancelled it.
   */
  of: 'unit' | 'place' | 'setup' | 'person'
}

/** What is known of a task when its end is looked for. */
export interface Evidence {
  /** What SLURM says; undefined where it does not know the task, or does not any more. */
  task: TaskState | undefined
  /** What the task itself said. */
  end: TaskEnd | undefined
  /** At how many looks in a row it was over without a pack. */
  missed: number
  /** What Kernelscope wrote last in the log of the task, e.g. "error[DISK_FULL]: …"; empty where nothing was read. */
  complaint: string
  /** Whether the run is being cancelled, so that its tasks leave the queue without a trace. */
  cancelling: boolean
}

/** Looks before a task that is over counts as lost: its files may arrive late on a network file system. */
export const mostMissed = 2
/** Looks at which SLURM may still call a task running that has said how it ended. */
const mostLate = 10

const ofSlurm: Readonly<Record<string, Outcome>> = {
  TIMEOUT: { reason: 'it took longer than the time limit', of: 'unit' },
  DEADLINE: { reason: 'its deadline passed', of: 'place' },
  OUT_OF_MEMORY: { reason: 'it needed more memory than the profile gives', of: 'unit' },
  PREEMPTED: { reason: 'it had to make room for other jobs (preempted)', of: 'place' },
  NODE_FAIL: { reason: 'its node failed', of: 'place' },
  BOOT_FAIL: { reason: 'its node did not start', of: 'place' },
  REVOKED: { reason: 'it was revoked', of: 'place' },
  CANCELLED: { reason: 'it was cancelled with scancel', of: 'person' },
}

/** Codes of Kernelscope's errors that say nothing of the unit itself. */
const ofPlace = /^error\[(DISK_FULL|OUT_OF_MEMORY|PROVIDER_UNAVAILABLE)\]/
const ofSetup =
  /^error\[(USAGE|UNSUPPORTED|FILE_MISSING|FILE_UNREADABLE|FILE_CHANGED|PLAN_MALFORMED|MODEL_\w+|STUDY_(?!FAILING)\w+|DATASET_\w+)\]/

/**
 * Says how a task that left no pack ended; null where it has not ended, or where that is not certain yet.
 */
export function outcomeOf({ task, end, missed, complaint, cancelling }: Evidence): Outcome | null {
  const phase = task ? phaseOf(task.state) : null
  const at = (node: string | undefined) => (node ? ` on ${node}` : '')
  const told = task ? ofSlurm[task.state] : undefined
  if (cancelling && (told?.of === 'person' || (!task && !end)))
    return { reason: `it was cancelled${at(task?.node)}`, of: 'person' }
  if (told) return { ...told, reason: `${told.reason}${at(task?.node)}` }
  if (end) {
    // SLURM may still say why: a task that was told to end has written its record before its state changes.
    if (phase === 'running' && missed < mostLate) return null
    // A pack may show itself later than this record on a network file system.
    if (end.code === 0 && missed < mostMissed) return null
    return ended(end, complaint)
  }
  if (phase === 'waiting' || phase === 'running') return null
  if (missed < mostMissed) return null
  return {
    reason: `it ended without a word${at(task?.node)}: the node or the task was killed, or its folder was not there`,
    of: 'place',
  }
}

function ended({ code, part, node }: TaskEnd, complaint: string): Outcome {
  const on = node === '' ? '' : ` on ${node}`
  if (code === 0) return { reason: `it ended well${on}, but its pack did not arrive`, of: 'place' }
  if (code === taskExits.module) return { reason: `a module could not be loaded${on}`, of: 'setup' }
  if (part === 'prologue')
    return { reason: `the prologue of the profile ended with status ${code}${on}`, of: 'setup' }
  if (code === 126 || code === 127)
    return { reason: `the command of the profile could not be run${on} (status ${code})`, of: 'setup' }
  const said = complaint === '' ? `it ended with status ${code}` : complaint
  const of = ofPlace.test(complaint) ? 'place' : ofSetup.test(complaint) ? 'setup' : 'unit'
  return { reason: `${said}${on}`, of }
}

/** The last error that Kernelscope wrote to a log: "error[CODE]: message"; empty where there is none. */
export const complaintIn = (log: string): string =>
  log
    .split('\n')
    .filter((line) => /^error\[[A-Z_]+\]: /.test(line))
    .at(-1)
    ?.slice(0, 500) ?? ''
