import { resolve } from 'node:path'
import { outputTitle } from '#shared/classNames.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { refuseBytes } from '#shared/statistics.ts'
import { allOutputs } from '#shared/readouts.ts'
import { locateImage, modelFor } from '../../datasets/index.ts'
import {
  acceptAllTouched,
  addModel,
  exportModel,
  fileOf,
  getModel,
  inspectionOf,
  listModels,
  modelFileAt,
  openClassifier,
  previewModel,
  readLabelList,
  removeModel,
  updateModel,
  usableModel,
} from '../../models/index.ts'
import { openJobsOf } from '../../jobs/index.ts'
import { onGraphThread } from '../../onnx/index.ts'
import { modelLabels } from './labels.ts'
import { api } from '../session/implementation.ts'
import { preparing, publicModel } from './preparing.ts'
import type { EngineSession } from '../session/session.ts'

export const models = {
  list: api.models.list.handler(async ({ context, signal }) => {
    await acceptAllTouched(context.session.db, signal)
    return listModels(context.session.db).map(publicModel)
  }),
  get: api.models.get.handler(async ({ input, context, signal }) => {
    await acceptAllTouched(context.session.db, signal)
    return publicModel(getModel(context.session.db, input.id))
  }),
  add: api.models.add.handler(async ({ input, context: { session }, signal }) => {
    const { path, title, choice } = input
    const added = await addModel(session.db, path, { title, choice, signal })
    session.checkLater(added.id)
    // All results rest on which models there are.
    session.open().ahead?.soon()
    return publicModel(added)
  }),
  preview: api.models.preview.handler(({ input, signal }) => previewModel(input.path, input.choice, signal)),
  export: api.models.export.handler(async ({ input, context: { session }, signal }) => ({
    files: await exportModel(usableModel(session.db, input.id), input.path, signal),
  })),
  check: api.models.check.handler(({ input, context, signal }) =>
    context.session.open().checks.check(input.id, signal),
  ),
  remove: api.models.remove.handler(async ({ input, context: { session } }) => {
    const { workspace, jobs } = session.open()
    await jobs.clear(() => openJobsOf(workspace.db, { modelId: input.id }))
    return { ok: true, removalId: removeModel(session.db, input.id) }
  }),
  update: api.models.update.handler(async ({ input, context }) => {
    refuseBytes(input.preprocessing?.mean)
    const labels = input.labels === undefined ? undefined : await readLabelList(input.labels)
    return publicModel(updateModel(context.session.db, input.id, { ...input, labels }))
  }),
  ...modelLabels,
  inspect: api.models.inspect.handler(async ({ input, context, signal }) =>
    'id' in input
      ? await inspectionOf(context.session.db, input.id)
      : await onGraphThread({ kind: 'inspect', path: modelFileAt(input.path) }, signal),
  ),
  kernels: api.models.kernels.handler(async ({ input, context, signal }) => {
    const { id, path, definition, form } = input
    const file = id === undefined ? path && { path: resolve(path) } : fileOf(context.session.db, id)
    if (!file) throw new KernelscopeError('USAGE', 'give the id or the path of a model')
    const layers = await onGraphThread({ kind: 'kernels', ...file, definition, form }, signal)
    return { definition, form, layers }
  }),
  ...preparing,
  smoke: api.models.smoke.handler(({ input, context }) => smoke(context.session, input)),
}

/** Classifies one image with the same steps as a study: decoding, geometry, session, softmax. */
async function smoke(
  session: EngineSession,
  { id, path, imageId }: { id: number; path?: string | undefined; imageId?: number | undefined },
) {
  const { workspace } = session.open()
  const stored = usableModel(workspace.db, id)
  const located = imageId === undefined ? null : locateImage(workspace.db, imageId)
  const model = located ? modelFor(workspace.db, located.image.datasetId, stored) : stored
  const file = located?.path ?? path
  if (file === undefined) throw new KernelscopeError('USAGE', 'give the path or the id of an image')
  const classifier = await openClassifier(workspace, model, { ...session.settings(), batch: 1 }, session.log)
  try {
    const pixels = new SharedArrayBuffer(classifier.batch * classifier.height * classifier.width * 3)
    const { digest } = await session.pool.digestAndMeasure(file)
    await session.pool.load(
      {
        path: file,
        imageKey: digest,
        preprocessing: model.preprocessing,
        transforms: [{ transform: { op: 'identity' }, slot: 0 }],
      },
      pixels,
    )
    const { facts: answers, milliseconds } = await classifier.run(
      { pixels, first: 0, batch: classifier.batch },
      1,
      [{ readout: allOutputs, targets: Int32Array.of(-1) }],
    )
    const [facts] = answers
    const top = [...(facts?.topClasses ?? [])]
      .map((classIndex, place) => ({
        classIndex,
        label: outputTitle(model.labels, classIndex),
        probability: facts?.topProbabilities[place] ?? 0,
      }))
      .filter(({ classIndex }) => classIndex >= 0)
    return { provider: classifier.provider.name, milliseconds, top }
  } finally {
    await classifier.close()
  }
}
