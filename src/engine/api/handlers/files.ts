import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { statOf } from '../../base/statOf.ts'
import { listFolder } from '../files/listing.ts'
import { makeFolder, nearestFolder, placesOf } from '../files/places.ts'
import { wholePath } from '../files/wholePath.ts'
import { api } from '../session/implementation.ts'

const ok = { ok: true } as const

export const files = {
  list: api.files.list.handler(({ input }) => listFolder(input)),
  places: api.files.places.handler(({ context }) => {
    const workspace = context.session.opened?.workspace
    return placesOf(workspace ? { path: workspace.place, exports: workspace.exports } : null)
  }),
  makeFolder: api.files.makeFolder.handler(({ input }) => makeFolder(input.path)),
  upload: {
    plan: api.files.upload.plan.handler(async ({ input }) => {
      const folder = wholePath(input.folder)
      const { bavail, bsize } = await statfs(nearestFolder(folder))
      const there = input.names.filter((name) => statOf(join(folder, name)) !== null)
      return { folder, free: bavail * bsize, there }
    }),
    begin: api.files.upload.begin.handler(({ input, context }) => context.session.files.uploads.begin(input)),
    piece: api.files.upload.piece.handler(({ input: { id, offset, data }, context }) =>
      context.session.files.uploads.piece(id, offset, data),
    ),
    finish: api.files.upload.finish.handler(({ input: { id, digest }, context }) =>
      context.session.files.uploads.finish(id, digest),
    ),
    small: api.files.upload.small.handler(({ input, context }) => context.session.files.uploads.small(input)),
    drop: api.files.upload.drop.handler(async ({ input, context }) => {
      await context.session.files.uploads.drop(input.id)
      return ok
    }),
  },
  outbox: api.files.outbox.handler(({ input, context }) => context.session.files.outgoing.place(input.name)),
  offer: api.files.offer.handler(({ input, context }) =>
    context.session.files.outgoing.offer(input.path, context.session.opened?.workspace.exports ?? null),
  ),
}
