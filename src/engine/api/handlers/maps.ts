import { resolve } from 'node:path'
import { fileOf } from '../../models/index.ts'
import { onGraphThread } from '../../onnx/index.ts'
import { attention, receptiveField, saliency, writeGradients } from '../../saliency/index.ts'
import { sharedFolder, writeFigures } from './figures.ts'
import { api, guarded } from '../session/implementation.ts'
import { figureOf, pictureOf, writeNpy } from '../bytes/mapFigure.ts'
import { imagesOfSet, labelledImages, mapInput, imageInput, modelOfSet } from '../browsing/mapInputs.ts'

export const maps = {
  attention: api.maps.attention.handler(async ({ input, context: { session }, signal }) => {
    const found = await mapInput(session, input.model, signal)
    const { context, db, model, image } = await imageInput(session, found, input.image)
    return guarded(attention(context, db, model, image, input.patch), session)
  }),
  saliency: api.maps.saliency.handler(async ({ input, context: { session }, signal }) => {
    const found = await mapInput(session, input.model, signal)
    const { context, db, model, image } = await imageInput(session, found, input.image)
    return guarded(saliency(context, db, model, image, input), session)
  }),
  featurePoints: api.maps.featurePoints.handler(({ input, context: { session }, signal }) => {
    const file = 'id' in input ? fileOf(session.db, input.id) : { path: resolve(input.path) }
    return onGraphThread({ kind: 'features', ...file }, signal)
  }),
  receptiveField: api.maps.receptiveField.handler(async ({ input, context: { session }, signal }) => {
    const { context, db, model: own } = await mapInput(session, input.model, signal)
    const images = await imagesOfSet(session, input.images)
    const model = modelOfSet(session, own, input.images)
    return guarded(receptiveField(context, db, model, images, input.point), session)
  }),
  export: api.maps.export.handler(async ({ input, context: { session } }) => {
    const { key, view, caption, formats } = input
    const db = session.opened?.workspace.db ?? null
    const map = session.inspections.kept.get(db, key, [view.of])
    const picture = pictureOf(map, view)
    const folder = input.directory ?? sharedFolder(session.open().workspace, `map ${key} ${picture.id}`)
    const drawn = formats.filter((format) => format !== 'npy')
    const figure = await figureOf(picture, caption, map, input.photograph)
    const files =
      drawn.length > 0
        ? await writeFigures(session.press, [figure], folder, { ...input, formats: drawn })
        : []
    if (drawn.length < formats.length) files.push(...(await writeNpy(picture, folder)))
    return { files }
  }),
  gradient: api.maps.gradient.handler(async ({ input, context: { session }, signal }) => {
    const found = await mapInput(session, input.model, signal)
    const images = await labelledImages(session, found, input.images, input.label)
    return guarded(writeGradients(found.context, found.model, images, input.of, resolve(input.out)), session)
  }),
}
