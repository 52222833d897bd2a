import { z } from 'zod'
import {
  exportDraws,
  getStudy,
  importDraws,
  insertStudy,
  listStudies,
  removeStudy,
  renameStudy,
  setStudyModels,
  studyCost,
  studyDefinitions,
  studyFlips,
  studyImageRows,
  studyResult,
  studyRows,
} from '../studies/index.ts'
import { getDataset } from '../datasets/index.ts'
import { getModel } from '../models/index.ts'
import { api } from './implementation.ts'
import type { EngineSession } from './session.ts'

const db = (session: EngineSession) => session.open().workspace.db

export const studies = {
  kinds: api.studies.kinds.handler(() =>
    studyDefinitions.map(({ id, title, section, description, params, presets, definitions }) => ({
      id,
      title,
      section,
      description,
      params: z.toJSONSchema(params, { io: 'input' }),
      presets,
      definitions,
    })),
  ),
  list: api.studies.list.handler(({ context }) => listStudies(db(context.session))),
  get: api.studies.get.handler(({ input, context }) => getStudy(db(context.session), input.id)),
  cost: api.studies.cost.handler(({ input, context }) => studyCost(context.session.open().workspace, input)),
  run: api.studies.run.handler(({ input, context }) => {
    const { workspace } = context.session.open()
    getDataset(workspace.db, input.datasetId)
    for (const id of input.modelIds) getModel(workspace.db, id)
    return queue(context.session, insertStudy(workspace.db, input).id)
  }),
  rerun: api.studies.rerun.handler(({ input, context }) => {
    const { workspace } = context.session.open()
    const study = getStudy(workspace.db, input.id)
    if (input.modelIds) setStudyModels(workspace.db, study.id, input.modelIds)
    const open = study.job && ['queued', 'running', 'paused'].includes(study.job.state)
    return open ? getStudy(workspace.db, study.id) : queue(context.session, study.id)
  }),
  rename: api.studies.rename.handler(({ input, context }) =>
    renameStudy(db(context.session), input.id, input.title),
  ),
  remove: api.studies.remove.handler(({ input, context }) => {
    const { workspace, jobs } = context.session.open()
    const { job } = getStudy(workspace.db, input.id)
    if (job && ['queued', 'running', 'paused'].includes(job.state)) jobs.cancel(job.id)
    removeStudy(workspace.db, input.id)
    return { ok: true }
  }),
  result: api.studies.result.handler(({ input, context }) =>
    studyResult(context.session.open().workspace, input.id),
  ),
  rows: api.studies.rows.handler(({ input, context }) =>
    studyRows(db(context.session), input.id, input.modelId, input.key, input.after, input.limit),
  ),
  flips: api.studies.flips.handler(({ input, context }) =>
    studyFlips(
      db(context.session),
      input.id,
      input.modelId,
      input.key,
      input.direction,
      input.after,
      input.limit,
    ),
  ),
  image: api.studies.image.handler(({ input, context }) => ({
    rows: studyImageRows(db(context.session), input.id, input.imageId),
  })),
  draws: api.studies.draws.handler(async ({ input, context }) => ({
    json: await exportDraws(context.session.open().workspace, input.id),
  })),
  importDraws: api.studies.importDraws.handler(({ input, context }) =>
    importDraws(context.session.open().workspace, input.path),
  ),
}

function queue(session: EngineSession, studyId: number) {
  const { workspace, jobs } = session.open()
  const { title } = getStudy(workspace.db, studyId)
  jobs.add({ kind: 'study', title, studyId })
  return getStudy(workspace.db, studyId)
}
