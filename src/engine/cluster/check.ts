import { cpSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterCheckStep, ClusterProfile } from '#shared/contract/index.ts'
import { runTitle, unitsText } from '#shared/clusterWords.ts'
import { toErrorShape } from '#shared/errors.ts'
import { Log } from '../base/log.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { version } from '../base/version.ts'
import type { ImagePool } from '../images/index.ts'
import { mergePacks, runUnit } from '../units/index.ts'
import { openWorkspace } from '../workspace/index.ts'
import { compareFacts } from './compareFacts.ts'
import { hostOf, lastLine, type Host } from './host/index.ts'
import { quoted } from './quote.ts'
import { makeSmallStudy, type SmallStudy } from './smallStudy.ts'
import { planInto, startRun } from './start.ts'
import { getRun } from './store/runs.ts'
import { pageOfUnits } from './store/units.ts'
import { ClusterWatch, secondsBetweenLooks } from './watch.ts'
import { clusterWork } from './work.ts'

/** What checking a profile needs. */
interface Checking {
  pool: ImagePool
  signal: AbortSignal
  /** Told what is done. */
  onStep: (note: string) => void
}

/** Seconds between two looks at the queue while a profile is checked. */
const betweenLooks = 5
/** Minutes that the small unit may take. */
const limit = 10

/**
 * Checks a profile: whether its host, SLURM, folder and Kernelscope are there, then has one small unit of the sample computed by
 * the cluster and compares its facts with those that this machine computes. Nothing of it stays anywhere.
 *
 * @throws CANCELLED where the signal is aborted; the task is cancelled then
 */
export async function checkProfile(
  profile: ClusterProfile,
  { pool, signal, onStep }: Checking,
): Promise<{ ok: boolean; steps: ClusterCheckStep[] }> {
  const host = hostOf(profile)
  onStep(`Asking ${host.name}`)
  const steps = await lookAtHost(host, profile, signal)
  if (steps.some(({ state }) => state === 'error')) return { ok: false, steps }
  const temporary = temporaryFolder('check')
  const far = `${profile.folder.replace(/\/+$/, '')}/kernelscope-check-${process.pid}`
  try {
    onStep('Making a small study of the sample')
    const small = await makeSmallStudy(join(temporary, 'here'), pool, signal)
    await sendFiles(host, small, far, signal)
    cpSync(join(temporary, 'here'), join(temporary, 'there'), { recursive: true })
    const own = { ...profile, minutes: limit, unitMinutes: 10_000, tasks: 1 }
    const maps = [...profile.maps, { from: small.files, to: `${far}/files` }]
    const computed = await computeThere(join(temporary, 'there'), small, { ...own, maps }, signal, onStep)
    if (computed.state === 'error') return { ok: false, steps: [...steps, computed] }
    onStep('Computing the same unit on this machine')
    const agreement = await compareHere(temporary, small, own, signal)
    const all = [...steps, computed, agreement]
    return { ok: all.every(({ state }) => state !== 'error'), steps: all }
  } catch (error) {
    signal.throwIfAborted()
    const { message, hint } = toErrorShape(error)
    return {
      ok: false,
      steps: [...steps, { id: 'unit', title: 'A unit', state: 'error', value: message, hint }],
    }
  } finally {
    await host.run(`rm -rf ${quoted(far)}`).catch(() => undefined)
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Looks at what can be seen without submitting anything. */
async function lookAtHost(
  host: Host,
  { folder, command }: ClusterProfile,
  signal: AbortSignal,
): Promise<ClusterCheckStep[]> {
  const probe = quoted(`${folder}/.kernelscope-probe`)
  const asked = [
    ['host', 'Host', 'uname -n'],
    ['slurm', 'SLURM', 'sbatch --version'],
    [
      'folder',
      'Shared folder',
      `mkdir -p ${quoted(folder)} && : > ${probe} && rm ${probe} && df -Ph ${quoted(folder)} | tail -n 1 | awk '{ print $4 " free" }'`,
    ],
    ['kernelscope', 'Kernelscope there', `${command} --version`],
  ] as const
  const steps: ClusterCheckStep[] = []
  for (const [id, title, line] of asked) {
    try {
      const { code, out, err } = await host.run(line, { signal })
      steps.push(stepOf(id, title, code, out.trim(), lastLine(err)))
    } catch (error) {
      signal.throwIfAborted()
      const { message, hint } = toErrorShape(error)
      return [...steps, { id, title, state: 'error', value: message, hint }]
    }
  }
  return steps
}

function stepOf(id: string, title: string, code: number | null, out: string, err: string): ClusterCheckStep {
  if (id !== 'kernelscope')
    return code === 0
      ? { id, title, state: 'ok', value: out }
      : { id, title, state: 'error', value: err, hint: 'Correct the profile.' }
  // It may need the modules or the prologue, which only nodes load: the unit tells.
  if (code !== 0)
    return { id, title, state: 'warning', value: `not found without the modules and the prologue: ${err}` }
  return out === version
    ? { id, title, state: 'ok', value: out }
    : {
        id,
        title,
        state: 'warning',
        value: `${out}; here it is ${version}`,
        hint: 'Install the same version on both.',
      }
}

/** Copies model and images to the shared folder. */
async function sendFiles(host: Host, { names, files }: SmallStudy, far: string, signal: AbortSignal) {
  const folders = new Set(names.map((name) => `${far}/files/${name.split('/').slice(0, -1).join('/')}`))
  await host.run(`mkdir -p ${[...folders].map(quoted).join(' ')}`, { signal })
  for (const name of names) await host.send(join(files, name), `${far}/files/${name}`, { signal })
}

/** Has the unit computed by the cluster and merges its pack into the workspace in a folder. */
async function computeThere(
  folder: string,
  { studyId }: SmallStudy,
  profile: ClusterProfile,
  signal: AbortSignal,
  onStep: (note: string) => void,
): Promise<ClusterCheckStep> {
  const workspace = openWorkspace(folder, false)
  const watch = new ClusterWatch({ ...clusterWork(workspace, new Log()), profiles: () => [profile] })
  try {
    const started = performance.now()
    const id = await startRun({ workspace, studyId, profile, settings: { batch: 0 }, signal }, onStep)
    try {
      for (let run = await watch.refresh(id); run.finishedAt === null; run = await watch.refresh(id)) {
        onStep(`${runTitle(run)}: ${unitsText(run)}${run.note === null ? '' : `; ${run.note}`}`)
        await delay(1000 * secondsBetweenLooks(betweenLooks), undefined, { signal })
      }
    } catch (error) {
      await watch.cancel(id).catch(() => undefined)
      throw error
    }
    const run = getRun(workspace.db, id)
    const seconds = Math.round((performance.now() - started) / 1000)
    const { units } = pageOfUnits(workspace.db, id, { tried: false, offset: 0, limit: 1 })
    const node = units[0]?.attempts.at(-1)?.node
    const step = { id: 'unit', title: 'A unit of 8 images' }
    if (run.state === 'done' && run.units.failed === 0)
      return {
        ...step,
        state: 'ok',
        value: `computed${node ? ` on ${node}` : ''} within ${seconds} s of the submission`,
      }
    const reason = run.problem?.message ?? run.reasons[0]?.reason ?? 'it was cancelled'
    return { ...step, state: 'error', value: reason, hint: run.problem?.hint ?? 'See the log of the task.' }
  } finally {
    await watch.close()
    workspace.close()
  }
}

/** Computes the unit here and compares its facts with those that the cluster computed. */
async function compareHere(
  temporary: string,
  { studyId, modelId }: SmallStudy,
  profile: ClusterProfile,
  signal: AbortSignal,
): Promise<ClusterCheckStep> {
  const here = openWorkspace(join(temporary, 'here'), false)
  const there = openWorkspace(join(temporary, 'there'), false)
  try {
    const file = join(temporary, 'plan')
    await planInto({ workspace: here, studyId, profile, settings: { batch: 0 }, signal }, file)
    const pack = join(temporary, 'pack')
    await runUnit(file, '1', pack, { scratch: temporary, overrides: { provider: 'cpu' }, signal })
    await mergePacks(here, [pack], { signal })
    return compareFacts(here.db, there.db, modelId)
  } finally {
    here.close()
    there.close()
  }
}
