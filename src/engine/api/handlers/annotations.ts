import { KernelscopeError } from '#shared/errors.ts'
import { listTags, locateImage, revertTags, setNote, tagImages } from '../../datasets/index.ts'
import { selectedIds } from '../browsing/browsing.ts'
import { api } from '../session/implementation.ts'

export const annotations = {
  tags: api.annotations.tags.handler(({ context }) => listTags(context.session.db)),
  tag: api.annotations.tag.handler(async ({ input, context: { session }, signal }) => {
    const { datasetId, selection, add, remove } = input
    const ids = await selectedIds(session, datasetId, selection, undefined, signal)
    return tagImages(session.db, [...ids], add, remove)
  }),
  revert: api.annotations.revert.handler(({ input, context }) =>
    revertTags(context.session.db, input.change),
  ),
  note: api.annotations.note.handler(({ input, context }) => {
    const { db } = context.session.open().workspace
    const { digest, image } = locateImage(db, input.imageId)
    if (!digest) throw new KernelscopeError('IMAGE_UNREADABLE', `the image has no digest: ${image.name}`)
    setNote(db, digest, input.text)
    return { ok: true }
  }),
}
