/**
 * Studies on a SLURM cluster of two nodes with one core each, on this machine: what a unit takes besides computing, and how much
 * quicker two nodes are than one. Each node's tasks keep to one core (taskset). Needs Debian's packages of SLURM, and root.
 * Run: node bench/cluster.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
const folder = mkdtempSync(join(tmpdir(), 'ks-bench-'))
process.env['KERNELSCOPE_CONFIG'] = join(folder, 'config')
const cluster = await startSlurm(join(folder, 'slurm'), 2)
const { engine, client, modelId, datasetId } = await workspaceOver(
  join(folder, 'workspace'),
  sampleImages(folder, 1, 16),
)

/** Seconds until all units of a study are merged, and how many units there were. */
async function seconds(severities: number[], tasks: number, unitMinutes: number) {
  const name = `${tasks} nodes ${unitMinutes}`
  const profile = testProfile(folder, {
    name,
    tasks,
    unitMinutes,
    prologue: 'core=$((${SLURMD_NODENAME#n} - 1))',
  })
  const command = `taskset -c "$core" '${join(root, 'bin/kernelscope')}'`
  await client.cluster.saveProfile({ profile: { ...profile, command } })
  const params = { corruptions: ['fog', 'snow', 'frost'], severities, seed: tasks }
  const { id } = await client.studies.store({ kind: 'imagenet-c', params, modelIds: [modelId], datasetId })
  const started = performance.now()
  const run = await submitted(client, id, name)
  const { state, units, reasons } = await until(client, run.id, isOver, 140)
  if (state !== 'done') throw new Error(`the run ended as ${state}: ${JSON.stringify(reasons)}`)
  return { seconds: (performance.now() - started) / 1000, units: units.done }
}

try {
  // The first unit fills the cache of compiled code on both nodes.
  await seconds([1], 2, 10)
  const small = await seconds([2], 1, 10)
  const one = await seconds([1, 2, 3], 1, 0.008)
  const two = await seconds([1, 2, 3], 2, 0.008)
  const rows = [
    { name: `${one.units} units, one node`, perSecond: one.units / one.seconds },
    {
      name: `${two.units} units, two nodes`,
      perSecond: two.units / two.seconds,
      ratio: one.seconds / two.seconds,
    },
  ]
  const alone = `${small.seconds.toFixed(1)} s`
  console.log(`one small unit, from its submission to its facts: ${alone}`)
  report('cluster', 'units', rows, { 'one small unit, from its submission to its facts': alone })
} finally {
  await engine.close()
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
}
