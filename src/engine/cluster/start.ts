import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClusterCost, ClusterProfile, Settings } from '#shared/contract/index.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { writePlan, type PlanHead, type Unit } from '../units/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { hostOf } from './host/index.ts'
import { runFolder } from './paths.ts'
import { prepareRun } from './prepare.ts'
import { insertRun } from './store/runs.ts'
import { insertUnits, type NewUnit } from './store/units.ts'

/** What a study is planned with. */
export interface Planning {
  workspace: Workspace
  studyId: number
  profile: ClusterProfile
  settings: Pick<Settings, 'batch'>
  signal?: AbortSignal | undefined
}

/** How models run on the nodes of a profile. */
const settingsOf = ({ profile, settings }: Planning) => ({
  provider: profile.provider,
  threads: profile.cpus,
  batch: settings.batch,
})

/** Writes the plan of a study for the nodes of a profile. @throws the errors of `writePlan` */
export const planInto = (planning: Planning, file: string) =>
  writePlan(planning.workspace, planning.studyId, file, {
    minutes: planning.profile.unitMinutes,
    settings: settingsOf(planning),
    signal: planning.signal,
  })

/** A unit as it is stored. */
export const stored = ({ name, title, images: [from, to], seconds }: Unit): NewUnit => ({
  name,
  model: title,
  images: to - from,
  seconds,
})

/** Says what a stored study would take on a cluster. Nothing is stored and no host is asked. */
export async function costOf(planning: Planning): Promise<ClusterCost> {
  const temporary = temporaryFolder('plan')
  try {
    const { units, head } = await planInto(planning, join(temporary, 'plan'))
    const seconds = units.reduce((sum, unit) => sum + unit.seconds, 0)
    const longest = Math.max(0, ...units.map((unit) => unit.seconds))
    const rounds = Math.ceil(units.length / planning.profile.tasks)
    return {
      units: units.length,
      images: Math.max(0, ...head.sources.map(({ images }) => images)),
      answers: units.reduce((sum, { answers }) => sum + answers, 0),
      seconds,
      secondsAtOnce: Math.max(seconds / planning.profile.tasks, rounds === 0 ? 0 : longest),
      measured: head.work.every(({ measured }) => measured),
    }
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/**
 * Plans a stored study, makes its folder on the cluster, and stores the run with its units. None is submitted yet.
 *
 * @param onStep told what is done
 * @returns id of the run
 * @throws the errors of `writePlan` and `prepareRun`
 */
export async function startRun(planning: Planning, onStep: (note: string) => void): Promise<number> {
  const { workspace, studyId, profile, signal } = planning
  const token = `ks${randomBytes(5).toString('hex')}`
  const folder = runFolder(profile, token)
  const temporary = temporaryFolder('plan')
  try {
    onStep('Writing the plan')
    const file = join(temporary, 'plan')
    const { digest, head, units } = await planInto(planning, file)
    const host = hostOf(profile)
    onStep(`Making the folder on ${host.name}`)
    const run = { profile, folder, plan: file, files: filesOf(head) }
    const { mostInArray } = await prepareRun(host, run, temporary, signal)
    return workspace.db.transaction(() => {
      const id = insertRun(workspace.db, { studyId, token, profile, plan: digest, mostInArray })
      insertUnits(workspace.db, id, units.map(stored))
      return id
    })()
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** What the nodes read besides the plan. */
const filesOf = ({ models, datasets }: PlanHead): string[] => [
  ...new Set([...models.map(({ path }) => path), ...datasets.map(({ root }) => root)]),
]
