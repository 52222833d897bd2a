import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { PreprocessingChange, StopRule, Study, StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import {
  checkAbilities,
  checkFits,
  exportDraws,
  findStudy,
  getStudy,
  importDraws,
  insertStudy,
  listStudies,
  removeStudy,
  renameStudy,
  setStudyModels,
  settledStudy,
  studyDefinitions,
  saveAdversarial,
  studyWarnings,
  type StudyDefinition,
} from '../../studies/index.ts'
import { getDataset } from '../../datasets/index.ts'
import { openJobsOf } from '../../jobs/index.ts'
import { getModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'
import { frozenSubset } from '../browsing/frozenSubset.ts'
import { api, guarded } from '../session/implementation.ts'
import { perturbedContext } from '../bytes/perturbed.ts'
import type { EngineSession } from '../session/session.ts'

export const studies = {
  kinds: api.studies.kinds.handler(() =>
    studyDefinitions.map(
      ({ id, title, section, suite, description, params, presets, definitions, ...more }) => ({
        id,
        group: suite ? 'benchmark' : section.startsWith('4') ? 'experiment' : 'extra',
        title,
        section,
        description,
        params: z.toJSONSchema(params, { io: 'input' }),
        presets: presets.map((preset) => offered(preset, more.published)),
        definitions,
        draws: more.exportDraws !== undefined,
        ...(more.published ? { published: more.published } : {}),
        reads: more.fromWeights ? ('weights' as const) : ('images' as const),
        asks: (more.questions ?? []).map(({ id: question, asks, look }) => ({ id: question, asks, look })),
      }),
    ),
  ),
  list: api.studies.list.handler(({ context }) => listStudies(context.session.db)),
  get: api.studies.get.handler(({ input, context }) => getStudy(context.session.db, input.id)),
  summary: api.studies.summary.handler(({ input, context, signal }) =>
    context.session.open().reader.ask({ kind: 'summary', id: input.id }, signal),
  ),
  cost: api.studies.cost.handler(async ({ input, context: { session }, signal }) => {
    const subset = await frozenSubset(session, input, signal)
    return session.open().reader.ask({ kind: 'cost', input, subset: subset?.record.images ?? null }, signal)
  }),
  check: api.studies.check.handler(({ input, context }) => ({
    warnings: studyWarnings(context.session.open().workspace.db, input),
  })),
  find: api.studies.find.handler(async ({ input, context: { session }, signal }) => {
    const { workspace } = session.open()
    const { study, subset } = await settled(session, workspace, input, signal)
    return findStudy(session.stillOpen(workspace).workspace.db, study, subset)
  }),
  suiteCost: api.studies.suiteCost.handler(({ input, context, signal }) =>
    context.session.open().reader.ask({ kind: 'suite', input }, signal),
  ),
  suite: api.studies.suite.handler(async ({ input, context: { session }, signal }) => {
    const { workspace, reader } = session.open()
    const { entries, missing } = await reader.ask({ kind: 'suite', input }, signal)
    const members = await Promise.all(entries.map((entry) => settledStudy(workspace.db, entry.input, signal)))
    const { db } = session.stillOpen(workspace).workspace
    const started = members.map((study) => {
      const found = findStudy(db, study)
      return found ? again(session, found) : queue(session, () => insertStudy(db, study))
    })
    return { studies: started, missing }
  }),
  ranking: api.studies.ranking.handler(({ input, context, signal }) =>
    context.session.open().reader.ask({ kind: 'ranking', input }, signal),
  ),
  run: api.studies.run.handler(async ({ input, context: { session }, signal }) => {
    const { workspace } = session.open()
    if (input.datasetId !== null) getDataset(workspace.db, input.datasetId)
    for (const id of input.modelIds) getModel(workspace.db, id)
    const { until, ...wanted } = input
    checkRule(until, input.modelIds)
    const { study, subset } = await settled(session, workspace, wanted, signal)
    await checkAbilities(workspace.db, study)
    const { db } = session.stillOpen(workspace).workspace
    return queue(session, () => insertStudy(db, study, subset), until)
  }),
  store: api.studies.store.handler(async ({ input, context: { session }, signal }) => {
    const { workspace } = session.open()
    const { study, subset } = await settled(session, workspace, input, signal)
    const { db } = session.stillOpen(workspace).workspace
    return findStudy(db, study, subset) ?? insertStudy(db, study, subset)
  }),
  rerun: api.studies.rerun.handler(({ input, context }) => {
    const { workspace } = context.session.open()
    const study = getStudy(workspace.db, input.id)
    checkRule(input.until, input.modelIds ?? study.modelIds)
    if (input.modelIds) setStudyModels(workspace.db, study.id, input.modelIds)
    return again(context.session, study, input.until)
  }),
  rename: api.studies.rename.handler(({ input, context }) =>
    renameStudy(context.session.db, input.id, input.title),
  ),
  remove: api.studies.remove.handler(async ({ input, context }) => {
    const { workspace, jobs, clusters } = context.session.open()
    getStudy(workspace.db, input.id)
    await clusters.cancelAllOf(input.id)
    await jobs.clear(() => openJobsOf(workspace.db, { studyId: input.id }))
    return { ok: true, removalId: removeStudy(workspace.db, input.id) }
  }),
  result: api.studies.result.handler(({ input, context, signal }) =>
    context.session.open().reader.ask({ kind: 'result', id: input.id }, signal),
  ),
  rows: api.studies.rows.handler(({ input, context, signal }) =>
    context.session.open().reader.ask({ kind: 'rows', ...input }, signal),
  ),
  flips: api.studies.flips.handler(({ input, context, signal }) =>
    context.session.open().reader.ask({ kind: 'cellImages', input }, signal),
  ),
  image: api.studies.image.handler(({ input, context, signal }) =>
    context.session.open().reader.ask({ kind: 'image', ...input }, signal),
  ),
  images: api.studies.images.handler(({ input, context, signal }) =>
    context.session.open().reader.ask({ kind: 'images', ...input }, signal),
  ),
  perturbation: api.studies.perturbation.handler(({ input, context: { session } }) =>
    session.inspections.perturbed.perturbation(perturbedContext(session), input),
  ),
  saveAdversarial: api.studies.saveAdversarial.handler(({ input, context: { session }, signal }) => {
    const { id, folder, ...wanted } = input
    const context = { ...perturbedContext(session), attackers: session.inspections.perturbed.attackers }
    const request = { ...wanted, studyId: id, folder: resolve(folder) }
    return guarded(saveAdversarial(context, request, signal), session)
  }),
  draws: api.studies.draws.handler(async ({ input, context, signal }) => ({
    files: [await exportDraws(context.session.open().workspace, input.id, resolve(input.path), signal)],
  })),
  importDraws: api.studies.importDraws.handler(({ input, context }) =>
    importDraws(context.session.open().workspace, input.path),
  ),
}

/** A preset as it is offered, with the preprocessing that it asks for. */
const offered = (
  { published, repeats, deviates, ...preset }: StudyDefinition['presets'][number],
  change: PreprocessingChange | undefined,
) => ({
  ...preset,
  ...(repeats ? { repeats: [...repeats] } : {}),
  ...(deviates ? { deviates: [...deviates] } : {}),
  ...(published && change ? { preprocessing: change } : {}),
})

/** Completes a study's input for looking it up or storing it. Models, or the workspace, may be gone by then. */
async function settled(
  session: EngineSession,
  workspace: Workspace,
  input: StudyInput,
  signal?: AbortSignal,
) {
  const study = await settledStudy(workspace.db, input, signal)
  await checkFits(workspace, study)
  session.stillOpen(workspace)
  return { study, subset: await frozenSubset(session, study, signal) }
}

/**
 * Queues a study, unless it has a job that is queued, running or paused. A paused job is resumed, or given up where it
 * waits for something else.
 */
function again(session: EngineSession, { id, job }: Study, until?: StopRule) {
  const { jobs } = session.open()
  const asked = isDeepStrictEqual(job?.until, until)
  if (job?.state === 'paused') (asked ? jobs.resume : jobs.cancel).call(jobs, job.id)
  const open = job && ['queued', 'running', ...(asked ? ['paused'] : [])].includes(job.state)
  return open ? getStudy(session.db, id) : queue(session, () => getStudy(session.db, id), until)
}

/** @throws STUDY_PARAMS where a rule compares a model with itself, or one that is not in the study */
function checkRule(until: StopRule | undefined, modelIds: readonly number[]): void {
  const { a, b } = until?.above ?? {}
  if (a === undefined || b === undefined) return
  if (a !== b && modelIds.includes(a) && modelIds.includes(b)) return
  throw new KernelscopeError('STUDY_PARAMS', 'invalid until: it compares two different models of the study')
}

/** @param store returns the study, or stores a new one, which it does together with its job or not at all */
function queue(session: EngineSession, store: () => Study, until?: StopRule): Study {
  const { workspace, jobs } = session.open()
  const { studyId } = jobs.add(() => {
    const { id, title } = store()
    return { kind: 'study', title, studyId: id, ...(until ? { options: { until } } : {}) }
  })
  return getStudy(workspace.db, studyId ?? 0)
}
