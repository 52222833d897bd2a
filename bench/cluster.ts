/**
 * Studies on a SLURM cluster of two nodes with one core each, on this machine: what a unit takes alone, in SLURM, and how much quicker
 * two nodes are than one. Each node's tasks keep to one core (taskset). Needs Debian's packages of SLURM, and root. On a machine of
 * two cores, the controller and the engine that submits take their time from the nodes.
 * Run: node bench/cluster.ts [steps of the attack, 250: units of some ten seconds]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from '../scripts/run.ts'
import { submitted, testProfile, until, isOver, workspaceOver } from '../tests/engine/cluster/world.ts'
import { sampleImages } from '../tests/engine/studies/sample.ts'
import { startSlurm, whyNoSlurm } from '../tests/slurm.ts'
import { report } from './report.ts'

const why = whyNoSlurm()
if (why !== null) {
  console.error(why)
  process.exit(2)
}
const steps = Number(process.argv[2] ?? 250)
const images = 32
/** About how many units a study is cut into. */
const wanted = 4
const folder = mkdtempSync(join(tmpdir(), 'ks-bench-'))
process.env['KERNELSCOPE_CONFIG'] = join(folder, 'config')
process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled')
const program = join(root, 'bin/kernelscope')
const cluster = await startSlurm(join(folder, 'slurm'), 2)
const { engine, client, modelId, datasetId } = await workspaceOver(
  join(folder, 'workspace'),
  sampleImages(folder, images / 16, 16),
)

/** Stores an attack; studies of different seeds have no fact in common. */
async function study(seed: number): Promise<number> {
  const params = { attack: 'pgd', epsilons: [0.03], steps: [steps], transfer: false, baseline: false, seed }
  const { id } = await client.studies.store({ kind: 'adversarial', params, modelIds: [modelId], datasetId })
  return id
}

const notes: Record<string, string> = {}
function say(name: string, text: string): void {
  notes[name] = text
  console.log(`${name}: ${text}`)
}
const told = (seconds: number) => `${seconds.toFixed(1)} s`

const packed = z.object({ seconds: z.object({ opening: z.number(), all: z.number() }) })

/** Runs the first unit of a study on one core, without SLURM. Returns the seconds of the process, and of those the ones behind the first answer. */
async function alone(studyId: number, minutes: number): Promise<{ all: number; measuring: number }> {
  const plan = join(folder, `plan ${studyId}`)
  await client.units.plan({ studyId, path: plan, minutes })
  const words = ['study', 'pack', plan, '--unit', '1', '--out', join(folder, 'one.pack'), '--threads', '1']
  const begun = performance.now()
  const out = execFileSync('taskset', ['-c', '0', program, ...words, '--json', '-q'], { encoding: 'utf8' })
  const all = (performance.now() - begun) / 1000
  const { seconds } = packed.parse(JSON.parse(out))
  return { all, measuring: seconds.all - seconds.opening }
}

/** Seconds until all units of a study are merged, and how many there were. */
async function onNodes(
  tasks: number,
  studyId: number,
  unitMinutes: number,
): Promise<{ seconds: number; units: number }> {
  const name = `${tasks} nodes`
  const command = `taskset -c "$((\${SLURMD_NODENAME#n} - 1))" '${program}'`
  const profile = testProfile(folder, { name, tasks, unitMinutes, command })
  await client.cluster.saveProfile({ profile })
  const started = performance.now()
  const run = await submitted(client, studyId, name)
  const { state, reasons, units } = await until(client, run.id, isOver, 140)
  if (state !== 'done') throw new Error(`the run ended as ${state}: ${JSON.stringify(reasons)}`)
  return { seconds: (performance.now() - started) / 1000, units: units.done }
}

try {
  const [first, second] = [await study(1), await study(2)]
  await client.cluster.saveProfile({ profile: testProfile(folder) })
  const { seconds: guessed } = await client.cluster.cost({ studyId: first, profile: 'two nodes' })
  const minutes = guessed / wanted / 60
  // The first process fills the cache of compiled code.
  const small = await study(3)
  await alone(small, minutes)
  const one = await alone(small, minutes)
  say('a unit alone', `${told(one.all)}, of which ${told(one.all - one.measuring)} before the first answer`)
  const { units, seconds: single } = await onNodes(1, first, minutes)
  const more = single / units - one.all
  say(`${units} units, one node`, `${told(single)}; a unit takes ${told(more)} more than alone`)
  const { seconds: double } = await onNodes(2, second, minutes)
  say(`${units} units, two nodes`, told(double))
  const rows = [
    { name: `${units} units, one node`, perSecond: images / single },
    { name: `${units} units, two nodes`, perSecond: images / double, ratio: single / double },
  ]
  report('cluster', 'images', rows, notes)
} finally {
  await engine.close()
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
}
