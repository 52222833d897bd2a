import type { ClusterRun } from '#shared/contract/index.ts'
import {
  failing,
  endsOf,
  inFlight,
  noteStarted,
  settle,
  takeBack,
  type InFlight,
  type Missed,
} from './advance.ts'
import { takeArrivals, type TakePack } from './arrivals.ts'
import { complaintIn } from './outcome.ts'
import type { Host } from './host/index.ts'
import { commandLine, quoted } from './quote.ts'
import type { RunFiles, Seen } from './queue.ts'
import { countFacts, setRunState, type OpenRun } from './store/runs.ts'
import { saveUnit, unitsIn, type NewUnit } from './store/units.ts'
import type { Db } from '../workspace/index.ts'

/** What looking after runs needs of the workspace. */
export interface Looking {
  db: Db
  take: TakePack
  /** The halves of a unit of a run's plan; null where it cannot be divided. */
  halves: (run: OpenRun, signal: AbortSignal) => Promise<(name: string) => readonly NewUnit[] | null>
  /** Records that a unit could not be measured, with the reason. */
  giveUp: (run: OpenRun, unit: string, reason: string, signal: AbortSignal) => Promise<void>
  /** Folder of this machine for copies of packs. */
  temporary: string
  signal: AbortSignal
}

/**
 * Brings one run up to what was seen: merges packs that arrived, and decides what comes of tasks that ended without one.
 *
 * @returns whether anything of it has changed
 */
export async function lookAfter(
  host: Host,
  run: OpenRun,
  seen: Seen,
  missed: Missed,
  looking: Looking,
): Promise<boolean> {
  const { db } = looking
  const files = seen.folders.get(run.folder)
  let changed = files ? await takePacks(host, run, files, seen.tasks, looking) : false
  const flying = inFlight(db, run, seen.tasks)
  changed = noteStarted(db, flying) || changed
  if (seen.tasks === null) return changed
  const complaints = await complaintsOf(host, run, flying, files, looking.signal)
  const cancelling = run.state === 'cancelling'
  const ends = endsOf(inFlight(db, run, seen.tasks), seen, files, complaints, { missed, cancelling })
  if (ends.length === 0) return changed
  const halves = await looking.halves(run, looking.signal)
  for (const { flight, outcome } of ends) {
    if (outcome === 'not taken') {
      takeBack(db, flight.unit)
      continue
    }
    const node = flight.task?.node || files?.ends.get(flight.place)?.node || flight.attempt.node
    const decision = settle(db, run, flight, { ...outcome, node }, { halves, cancelling })
    if (decision.do === 'fail') {
      await looking.giveUp(run, flight.unit.name, decision.reason, looking.signal)
      const tries = [...flight.unit.attempts.slice(0, -1), { ...flight.attempt, node, ...outcome }]
      saveUnit(db, flight.unit.id, 'failed', tries)
    }
    if (decision.do === 'stop') {
      setRunState(db, run.id, 'cancelling', failing(decision.reason).toShape())
      await endTasks(host, db, run, looking.signal)
      run.state = 'cancelling'
      break
    }
  }
  return true
}

/** Merges the packs that are there of units that have none yet. */
async function takePacks(
  host: Host,
  run: OpenRun,
  { packs, ends }: RunFiles,
  tasks: Seen['tasks'],
  { db, take, temporary, signal }: Looking,
): Promise<boolean> {
  const nodes = new Map(
    inFlight(db, run, tasks).map(({ unit, attempt, place, task }) => [
      unit.name,
      attempt.node || task?.node || ends.get(place)?.node || '',
    ]),
  )
  const open = new Map(
    unitsIn(db, run.id, ['waiting', 'queued', 'running', 'cancelled']).map((unit) => [unit.name, unit]),
  )
  const wanted = packs.filter((name) => open.has(name))
  const done: string[] = []
  try {
    for await (const arrival of takeArrivals(host, run, wanted, take, temporary, signal)) {
      const unit = open.get(arrival.name)
      if (!unit) continue
      done.push(arrival.name)
      const found = unit.attempts.at(-1)
      const last = found && { ...found, node: found.node || (nodes.get(unit.name) ?? '') }
      const before = unit.attempts.slice(0, -1)
      if ('taken' in arrival) {
        const { added, known } = arrival.taken
        db.transaction(() => {
          saveUnit(db, unit.id, 'done', last ? [...before, last] : [])
          countFacts(db, run.id, added, known)
        })()
      } else if (last) {
        const refused = { ...last, reason: `its pack was refused: ${arrival.refused}`, of: 'place' as const }
        saveUnit(db, unit.id, 'waiting', [...before, refused])
      }
    }
  } finally {
    // What was merged is stored; what was refused is written anew.
    if (done.length > 0)
      await host.run(`cd ${quoted(`${run.folder}/packs`)} && rm -f ${commandLine(done)}`, { signal })
  }
  return done.length > 0
}

/** Lines of a log that are read to find out why a task ended. */
const lastLines = 60
/** Logs that are read at a look; the others say why by their exit status. */
const mostLogs = 50
const mark = '::kernelscope log::'

/** What Kernelscope complained of in the logs of tasks that failed, by "submission.index". */
async function complaintsOf(
  host: Host,
  run: OpenRun,
  flying: readonly InFlight[],
  files: RunFiles | undefined,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const places = flying
    .map(({ place }) => place)
    .filter((place) => (files?.ends.get(place)?.code ?? 0) !== 0)
    .slice(0, mostLogs)
  if (places.length === 0) return new Map()
  const { out } = await host.run(
    `cd ${quoted(`${run.folder}/log`)} && for log in ${places.join(' ')}; do tail -n ${lastLines} "$log"; echo; echo ${quoted(mark)}; done; exit 0`,
    { signal },
  )
  const logs = out.split(`${mark}\n`)
  return new Map(places.map((place, at) => [place, complaintIn(logs[at] ?? '')]))
}

/** Cancels all tasks of a run that SLURM may have. Units that wait are not submitted any more. */
export async function endTasks(host: Host, db: Db, run: OpenRun, signal?: AbortSignal): Promise<void> {
  db.transaction(() => {
    for (const unit of unitsIn(db, run.id, ['waiting'])) saveUnit(db, unit.id, 'cancelled', unit.attempts)
  })()
  const numbers = new Set(
    unitsIn(db, run.id, ['queued', 'running']).flatMap(({ attempts }) => attempts.at(-1)?.submission ?? []),
  )
  if (numbers.size === 0) return
  const commands = [...numbers].map((number) => `scancel --name=${run.token}-${number}`)
  await host.run(`${commands.join('; ')}; exit 0`, { signal })
}

/** The state of a run that has no unit left to wait for; null where it has one. */
export function endOf(db: Db, run: OpenRun, problem: ClusterRun['problem']): ClusterRun['state'] | null {
  if (unitsIn(db, run.id, ['waiting', 'queued', 'running'], 1).length > 0) return null
  if (run.state === 'cancelling') return problem ? 'failed' : 'cancelled'
  return unitsIn(db, run.id, ['cancelled'], 1).length > 0 ? 'cancelled' : 'done'
}
