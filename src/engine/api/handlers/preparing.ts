import { getDataset } from '../../datasets/index.ts'
import {
  getModel,
  presets,
  presetsAt,
  sidecarOf,
  takeCandidate,
  trialOf,
  usableModel,
  usesOf,
  useSidecar,
  type StoredModel,
} from '../../models/index.ts'
import { ordinaryDataset } from '../../studies/index.ts'
import { api } from '../session/implementation.ts'
import { trialOptions } from '../session/trials.ts'

/** Leaves out what only the engine uses: labels and inspection. */
export function publicModel({ labels: _labels, inspection: _inspection, ...model }: StoredModel) {
  return model
}

/** Side of the input for which presets are listed where no model is named: that of CIFAR. */
const small = 32

/** Where a model's preprocessing comes from, trials of candidates, and what a change touches. */
export const preparing = {
  presets: api.models.presets.handler(({ input: { modelId }, context }) => {
    if (modelId === undefined) return [...presets, ...presetsAt([small, small])]
    const { size } = getModel(context.session.db, modelId).preprocessing
    const fitting = presets.filter(({ preprocessing }) => preprocessing.size.join() === size.join())
    return [...fitting, ...presetsAt(size)]
  }),
  try: api.models.try.handler(({ input, context: { session } }) => {
    const { ids, datasetId, images, seed } = input
    const { workspace, jobs } = session.open()
    const given = datasetId === undefined ? null : getDataset(workspace.db, datasetId)
    const models = ids.map((id) => usableModel(workspace.db, id))
    return {
      jobs: models.flatMap(({ id, title }) => {
        const dataset = given ?? ordinaryDataset(workspace.db, [id])
        if (!dataset) return []
        const name = `Preprocessing of ${title} on ${dataset.title}`
        const options = trialOptions.parse({ images, seed })
        const job = jobs.add({ kind: 'trial', title: name, modelId: id, datasetId: dataset.id, options })
        return { modelId: id, jobId: job.id }
      }),
    }
  }),
  trial: api.models.trial.handler(({ input, context }) => trialOf(context.session.db, input.id)),
  take: api.models.take.handler(({ input, context }) =>
    publicModel(takeCandidate(context.session.db, input.id, input.place)),
  ),
  sidecar: api.models.sidecar.handler(({ input, context }) => sidecarOf(context.session.db, input.id)),
  useSidecar: api.models.useSidecar.handler(async ({ input, context }) =>
    publicModel(await useSidecar(context.session.db, input.id, input.keep)),
  ),
  uses: api.models.uses.handler(({ input, context }) => usesOf(context.session.db, input.id)),
}
