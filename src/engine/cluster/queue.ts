import { quoted } from './quote.ts'

/** What SLURM says of a task. */
export interface TaskState {
  /** SLURM's id of its array. */
  job: string
  /** Its word, e.g. "RUNNING". */
  state: string
  node: string
  /** Why it waits or ended, in SLURM's word. */
  reason: string
}

/** What was found in the one call that asks how all runs of a host are. */
export interface Seen {
  /**
   * Tasks by name and index, e.g. "ks1f-2.3": those of the queue, with those that ended a while ago where the cluster keeps
   * accounts. null where the controller did not answer, or was not asked.
   */
  tasks: ReadonlyMap<string, TaskState> | null
  /** Why there are no tasks; empty where there are. */
  problem: string
  /** Files of each run, by its folder; those whose folder is not there are left out. */
  folders: ReadonlyMap<string, RunFiles>
}

/** What lies in the folder of a run. */
export interface RunFiles {
  /** Names of packs that are whole. */
  packs: string[]
  /** How tasks ended, by "submission.index". */
  ends: ReadonlyMap<string, TaskEnd>
}

/** What a task says of its end. */
export interface TaskEnd {
  code: number
  /** Where it ended: before Kernelscope was started (`prologue`), or with it (`unit`). */
  part: string
  node: string
}

const mark = '::kernelscope::'

/** What is asked for. */
export interface Question {
  /** Names of the jobs; empty where only files are looked for. */
  names: readonly string[]
  /** Folders of the runs. */
  folders: readonly string[]
  /** How many days ago the oldest run was submitted. */
  days: number
}

/** The command line that asks for all: the queue, the accounts, the files of the runs. The accounts may be missing. */
export function askCommand({ names: all, folders, days }: Question): string {
  const names = quoted(all.join(','))
  const queue = [
    `squeue -h -r -t all -n ${names} -o '%F|%K|%T|%N|%j|%r' 2>&1`,
    `echo "${mark} queue $?"`,
    // Array tasks in one line each; allocations only.
    `sacct -n -P -X -a -u "$(id -un)" --name=${names} -S now-${days}days --format=JobID,State,NodeList,JobName,Reason 2>/dev/null`,
    `echo "${mark} accounts $?"`,
  ]
  const parts = [
    ...(all.length === 0 ? [`echo "${mark} queue 1"; echo "${mark} accounts 1"`] : queue),
    ...folders.flatMap((folder) => [
      `cd ${quoted(folder)} && { ls packs; echo "${mark} packs 0"; for end in ends/*; do [ -f "$end" ] && echo "\${end#ends/} $(cat "$end")"; done; }`,
      `echo "${mark} folder 0"`,
    ]),
  ]
  return `${parts.join('; ')}; exit 0`
}

/** What squeue says where it could not load all that it lists. It may end with 0 all the same, and lists nothing. */
const loadingFailed = /^slurm_load_\w+( error)?: /

/** Reads what `askCommand` printed. */
export function readAnswer(text: string, asked: readonly string[]): Seen {
  const sections = sectionsOf(text)
  const [queue, accounts] = [sections.shift(), sections.shift()]
  const found: Found = new Map()
  const trouble = queue?.lines.find((line) => loadingFailed.test(line))
  const answered = queue?.code === 0 && trouble === undefined
  if (accounts?.code === 0) for (const line of accounts.lines) readAccount(line, found)
  if (answered) for (const line of queue.lines) readQueued(line, found)
  const folders = new Map<string, RunFiles>()
  let packs: string[] | null = null
  let place = 0
  for (const { name, lines } of sections) {
    if (name === 'packs') packs = lines.filter((line) => /^[\w-][\w.-]*$/.test(line))
    if (name !== 'folder') continue
    const folder = asked[place++]
    if (folder !== undefined && packs) folders.set(folder, { packs, ends: readEnds(lines) })
    packs = null
  }
  return {
    tasks: answered ? found : null,
    problem: answered ? '' : (trouble ?? queue?.lines.at(-1) ?? 'squeue gave no answer'),
    folders,
  }
}

interface Section {
  name: string
  code: number
  lines: string[]
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = []
  let lines: string[] = []
  for (const line of text.split('\n')) {
    const [, name, code] = new RegExp(`^${mark} (\\w+) (\\d+)$`).exec(line) ?? []
    if (name === undefined) {
      if (line !== '') lines.push(line)
      continue
    }
    sections.push({ name, code: Number(code), lines })
    lines = []
  }
  return sections
}

type Found = Map<string, TaskState>

function readQueued(line: string, found: Found): void {
  const [job, index, state, node, name, ...reason] = line.split('|')
  if (!job || !index || !state || !name) return
  found.set(`${name}.${index}`, { job, state, node: node ?? '', reason: reason.join('|') })
}

/** Tasks that wait stand in the accounts as a range, "12_[3-9%2]"; the queue lists them one by one. */
function readAccount(line: string, found: Found): void {
  const [id = '', state, node, name, ...reason] = line.split('|')
  const [, job, index] = /^(\d+)_(\d+)$/.exec(id) ?? []
  if (job === undefined || index === undefined || !state || !name) return
  // "CANCELLED by 1000"
  const word = state.split(' ')[0] ?? ''
  found.set(`${name}.${index}`, { job, state: word, node: node ?? '', reason: reason.join('|') })
}

function readEnds(lines: readonly string[]): Map<string, TaskEnd> {
  const ends = new Map<string, TaskEnd>()
  for (const line of lines) {
    const [, name, code, part, node] = /^(\d+\.\d+) (\d+) (\w+) (\S*)$/.exec(line) ?? []
    if (name !== undefined) ends.set(name, { code: Number(code), part: part ?? '', node: node ?? '' })
  }
  return ends
}

const waiting = new Set([
  'PENDING',
  'CONFIGURING',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'RESV_DEL_HOLD',
])
const running = new Set([
  'RUNNING',
  'COMPLETING',
  'SUSPENDED',
  'SIGNALING',
  'STAGE_OUT',
  'RESIZING',
  'STOPPED',
])

/** Whether a task waits, runs or has ended, by SLURM's word for its state. */
export const phaseOf = (state: string): 'waiting' | 'running' | 'ended' =>
  waiting.has(state) ? 'waiting' : running.has(state) ? 'running' : 'ended'
