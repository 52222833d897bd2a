import { availableParallelism } from 'node:os'
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { settings, type JobProgress, type Settings } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { keepListsMeanwhile } from '../archives/index.ts'
import { Log } from '../base/log.ts'
import { sweepTemporary, temporaryFolder } from '../base/temporary.ts'
import { createImagePool } from '../images/index.ts'
import { getJob, insertJob } from '../jobs/index.ts'
import { runStudy } from '../studies/index.ts'
import { createWorkspace, type Workspace } from '../workspace/index.ts'
import { unitNamed, unitsOf } from './cut.ts'
import type { PathMap } from './places.ts'
import type { Unit } from './planSchema.ts'
import { openPlan, type OpenPlan } from './readPlan.ts'
import { stageDatasets } from './stage.ts'
import { takePlan } from './takePlan.ts'
import { writePack, type WrittenPack } from './writePack.ts'

/** Where models run, and how. */
type Where = Pick<Settings, 'provider' | 'threads' | 'batch'>

/** How a unit is run on this machine. */
export interface UnitOptions {
  /** Where files of the plan lie here. */
  maps?: readonly PathMap[] | undefined
  /** Folder on a local disk for what is needed while it runs; the temporary folder of the system when left out. */
  scratch?: string | undefined
  /** Folder on a local disk into which archives are copied once, with their lists, for all units that run here; read in place when left out. */
  stage?: string | undefined
  /** Replaces the settings of the plan. */
  overrides?: { [K in keyof Where]?: Where[K] | undefined } | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((progress: JobProgress) => void) | undefined
}

const settingsSchema = settings.pick({ provider: true, threads: true, batch: true })

/** Bytes of decoded images that are kept. */
const decodedBytes = 512 * 2 ** 20

/**
 * Runs a unit of a plan in a workspace of its own, which is removed, and writes what it measured as a pack of facts. It needs no
 * other workspace, and computes what a run of the study on this machine would compute, to the bit.
 *
 * @param name of a unit of the plan, or of a half of one ("12ab")
 * @param out the file of the pack; it is there only when it is whole
 * @throws PLAN_MALFORMED, UNSUPPORTED, FILE_MISSING as `openPlan` and `takePlan`
 * @throws UNIT_NOT_FOUND where the plan has no such unit
 * @throws CANCELLED where it was stopped; nothing is left of it
 * @throws the errors of `runStudy` and `writePack`
 */
export async function runUnit(
  planPath: string,
  name: string,
  out: string,
  options: UnitOptions = {},
): Promise<WrittenPack> {
  const plan = await openPlan(planPath)
  const { stage } = options
  if (stage !== undefined) mkdirSync(stage, { recursive: true })
  const forget = stage === undefined ? () => undefined : keepListsMeanwhile(join(resolve(stage), 'lists'))
  try {
    const unit = unitNamed(plan.head, name)
    if (!unit)
      throw new KernelscopeError('UNIT_NOT_FOUND', `${planPath} has no unit ${name}`, {
        hint: `It has the units 1 to ${unitsOf(plan.head).length}, and their halves, such as 1a and 1b.`,
      })
    return await inScratch(options.scratch, (workspace) => measured(workspace, plan, unit, out, options))
  } finally {
    forget()
    await plan.close()
  }
}

/** Does something in a new workspace that nothing waits for the disk of, and removes it. */
async function inScratch<T>(
  scratch: string | undefined,
  use: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  if (scratch !== undefined) {
    mkdirSync(scratch, { recursive: true })
    sweepTemporary(scratch)
  }
  const folder = temporaryFolder('unit', scratch)
  try {
    const workspace = createWorkspace(join(folder, 'workspace'), false)
    try {
      workspace.db.pragma('synchronous = OFF')
      return await use(workspace)
    } finally {
      workspace.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measured(
  workspace: Workspace,
  plan: OpenPlan,
  unit: Unit,
  out: string,
  { maps = [], stage, overrides = {}, signal, onProgress }: UnitOptions,
): Promise<WrittenPack> {
  const started = performance.now()
  const { head } = plan
  const staged =
    stage === undefined ? new Map() : await stageDatasets(plan, unit, resolve(stage), maps, signal)
  await takePlan(workspace, plan, unit, { maps, staged })
  let opening: number | null = null
  await measure(workspace, plan, unit, {
    overrides,
    signal,
    onProgress(progress) {
      if (opening === null && progress.done > 0) opening = (performance.now() - started) / 1000
      onProgress?.(progress)
    },
  })
  if (signal?.aborted)
    throw new KernelscopeError('CANCELLED', `unit ${unit.name} was stopped`, {
      hint: 'Nothing of it is left; run it again.',
    })
  const all = (performance.now() - started) / 1000
  const { kind, title, createdAt } = head.study
  return writePack(
    workspace,
    resolve(out),
    {
      plan: plan.digest,
      schema: head.schema,
      study: { kind, title, createdAt },
      unit: {
        name: unit.name,
        of: unitsOf(head).length,
        modelId: unit.modelId,
        title: unit.title,
        conditions: [...unit.conditions],
        images: [...unit.images],
        answers: unit.answers,
      },
      titles: new Map(head.models.map((model) => [model.digest, model.title])),
      seconds: { opening: opening ?? all, all },
    },
    signal,
  )
}

/** Cores that a unit may use: a node may have many more than its task was given. */
const coresFor = (threads: number): number =>
  threads === 0 ? availableParallelism() : Math.min(threads, availableParallelism())

/** Measures the unit as a run of the study measures its part. */
async function measure(
  workspace: Workspace,
  { head }: OpenPlan,
  unit: Unit,
  { overrides = {}, signal, onProgress }: Pick<UnitOptions, 'overrides' | 'signal' | 'onProgress'>,
): Promise<void> {
  const { provider, threads, batch } = settingsSchema.parse({
    provider: overrides.provider ?? head.settings.provider,
    threads: overrides.threads ?? head.settings.threads,
    batch: overrides.batch ?? head.settings.batch,
  })
  const { id } = insertJob(workspace.db, { kind: 'study', title: head.study.title, studyId: head.study.id })
  const pool = createImagePool({
    workers: Math.max(1, coresFor(threads) - 1),
    cacheBytes: decodedBytes,
  })
  const [from, to] = head.apart ? [0, Infinity] : unit.images
  try {
    await runStudy(
      {
        workspace,
        pool,
        settings: { provider, threads, batch, seed: 0, venue: 'icml', cacheMebibytes: 8192 },
        log: new Log(),
      },
      head.study.id,
      {
        job: getJob(workspace.db, id),
        signal: signal ?? new AbortController().signal,
        crashes: 0,
        enterNative: () => undefined,
        report: (progress) => onProgress?.(progress),
      },
      { modelId: unit.modelId, conditions: unit.conditions, stretch: { from, to } },
    )
  } finally {
    await pool.close()
  }
}
