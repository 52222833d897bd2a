import type { ClusterRun } from '#shared/contract/index.ts'
import {
  checkProfile,
  clearRuns,
  costOf,
  getRun,
  listProfiles,
  listRuns,
  logOf,
  pageOfUnits,
  profileNamed,
  removeProfile,
  resumeRun,
  saveProfile,
  startRun,
} from '../../cluster/index.ts'
import { getStudy } from '../../studies/index.ts'
import { api, guarded } from '../session/implementation.ts'
import type { EngineSession } from '../session/session.ts'
import { stream } from '../session/stream.ts'
import { worked } from '../session/worked.ts'

export const cluster = {
  profiles: api.cluster.profiles.handler(() => listProfiles()),
  saveProfile: api.cluster.saveProfile.handler(({ input }) => saveProfile(input.profile, input.before)),
  removeProfile: api.cluster.removeProfile.handler(({ input }) => removeProfile(input.name)),
  check: api.cluster.check.handler(({ input, context: { session }, signal }) => {
    const profile = profileNamed(input.name)
    return guarded(
      worked(
        ({ signal: stop, onProgress }) =>
          checkProfile(profile, { pool: session.pool, signal: stop, onStep: stepsOf(onProgress) }),
        signal,
      ),
      session,
    )
  }),
  cost: api.cluster.cost.handler(({ input, context: { session }, signal }) =>
    costOf(planning(session, input, signal)),
  ),
  submit: api.cluster.submit.handler(({ input, context: { session }, signal }) => {
    const opened = session.open()
    return guarded(
      worked(async ({ signal: stop, onProgress }) => {
        const onStep = stepsOf(onProgress)
        const id = await startRun(planning(session, input, stop), onStep)
        onStep('Submitting')
        return session.stillOpen(opened.workspace).clusters.refresh(id)
      }, signal),
      session,
    )
  }),
  list: api.cluster.list.handler(({ input, context }) => listRuns(context.session.db, input.studyId)),
  get: api.cluster.get.handler(({ input, context }) => getRun(context.session.db, input.id)),
  units: api.cluster.units.handler(({ input: { id, ...page }, context }) => {
    getRun(context.session.db, id)
    return pageOfUnits(context.session.db, id, page)
  }),
  watch: api.cluster.watch.handler(async function* ({ context: { session }, signal }) {
    const { workspace, clusters } = session.open()
    clusters.start()
    const begin = (push: (run: ClusterRun) => void) => {
      const off = clusters.onRun(push)
      for (const run of listRuns(workspace.db).filter(({ finishedAt }) => finishedAt === null)) push(run)
      return off
    }
    yield* stream(begin, signal, ({ id }) => id)
  }),
  refresh: api.cluster.refresh.handler(({ input, context }) =>
    context.session.open().clusters.refresh(input.id),
  ),
  cancel: api.cluster.cancel.handler(({ input, context }) =>
    context.session.open().clusters.cancel(input.id),
  ),
  resume: api.cluster.resume.handler(async ({ input, context: { session }, signal }) => {
    const { workspace, clusters } = session.open()
    await resumeRun(workspace, input.id, signal)
    return clusters.refresh(input.id)
  }),
  log: api.cluster.log.handler(({ input, context, signal }) =>
    logOf(context.session.db, input.id, input.unit, signal),
  ),
  clear: api.cluster.clear.handler(async ({ context, signal }) => {
    await clearRuns(context.session.db, signal)
    return { ok: true }
  }),
}

/** @throws STUDY_NOT_FOUND, CLUSTER_PROFILE where study or profile do not exist */
function planning(
  session: EngineSession,
  { studyId, profile }: { studyId: number; profile: string },
  signal: AbortSignal | undefined,
) {
  const { workspace } = session.open()
  getStudy(workspace.db, studyId)
  return {
    workspace,
    studyId,
    profile: profileNamed(profile),
    settings: session.settings(),
    signal,
  }
}

/** Tells steps of which nobody knows how many there are. */
const stepsOf =
  (onProgress: (done: number, total: number, unit: string, note: string) => void) => (note: string) =>
    onProgress(0, 0, '', note)
