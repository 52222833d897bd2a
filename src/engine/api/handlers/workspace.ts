import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { jobsIn } from '../../jobs/index.ts'
import { cacheParts, emptyParts, listBackups, trimCache, undoRemoval } from '../../workspace/index.ts'
import { api, guarded } from '../session/implementation.ts'
import { infoOf } from '../session/damagedRows.ts'
import { worked } from '../session/worked.ts'
import { keepWorkspace } from '../system/keep.ts'
import { moveWatched, planMove } from '../system/move.ts'
import { verifyWorkspace } from '../system/verify.ts'
import { mergeInto, planMerge } from '../system/merge.ts'
import { packed, packWorkspace, planImport, unpackWorkspace } from '../system/pack.ts'
import { restoreInto, salvageInto } from '../system/restore.ts'
import { openSample } from '../system/sample.ts'

export const workspace = {
  create: api.workspace.create.handler(async ({ input, context }) =>
    infoOf(await context.session.createWorkspace(input.path)),
  ),
  open: api.workspace.open.handler(async ({ input, context }) =>
    infoOf(await context.session.openWorkspace(input.path, input.readOnly, input.rests)),
  ),
  begin: api.workspace.begin.handler(async ({ context }) => infoOf(await context.session.beginWorkspace())),
  keep: api.workspace.keep.handler(async ({ input, context }) =>
    infoOf(await keepWorkspace(context.session, input.path)),
  ),
  openSample: api.workspace.openSample.handler(({ input, context: { session } }) =>
    guarded(openSample(session, input.path), session),
  ),
  close: api.workspace.close.handler(async ({ context }) => {
    await context.session.closeWorkspace()
    return { ok: true }
  }),
  undoRemoval: api.workspace.undoRemoval.handler(({ input, context }) => {
    undoRemoval(context.session.db, input.removalId)
    return { ok: true }
  }),
  info: api.workspace.info.handler(({ context }) => {
    const { opened } = context.session
    return opened && existsSync(opened.workspace.path) ? infoOf(opened.workspace) : null
  }),
  backups: api.workspace.backups.handler(({ input, context }) =>
    listBackups(input.path === undefined ? context.session.open().workspace.place : resolve(input.path)),
  ),
  backUp: api.workspace.backUp.handler(({ context, signal }) => context.session.open().backup.now(signal)),
  restore: api.workspace.restore.handler(async ({ input, context }) =>
    infoOf(await restoreInto(context.session, input.name, input.path)),
  ),
  salvage: api.workspace.salvage.handler(({ input, context: { session }, signal }) =>
    guarded(
      worked((how) => salvageInto(session, input.path, input.to, how), signal),
      session,
    ),
  ),
  planExport: api.workspace.planExport.handler(({ context }) => {
    const { bytes, masks } = packed(context.session.open().workspace)
    return { bytes, masks: masks.length }
  }),
  export: api.workspace.export.handler(({ input, context: { session }, signal }) =>
    guarded(
      worked((how) => packWorkspace(session.open().workspace, resolve(input.path), how), signal),
      session,
    ),
  ),
  planImport: api.workspace.planImport.handler(({ input }) => planImport(resolve(input.path))),
  import: api.workspace.import.handler(({ input, context: { session }, signal }) =>
    guarded(
      worked((how) => unpackWorkspace(session, resolve(input.path), input.to, how), signal),
      session,
    ),
  ),
  planMerge: api.workspace.planMerge.handler(({ input, context }) => planMerge(context.session, input.from)),
  merge: api.workspace.merge.handler(({ input, context: { session }, signal }) =>
    guarded(
      worked((how) => mergeInto(session, input.from, how), signal),
      session,
    ),
  ),
  verify: api.workspace.verify.handler(({ input, context: { session }, signal }) =>
    guarded(verifyWorkspace(session, input, signal), session),
  ),
  planMove: api.workspace.planMove.handler(({ input, context }) => planMove(context.session, input.to)),
  move: api.workspace.move.handler(({ input, context: { session }, signal }) =>
    guarded(
      worked((how) => moveWatched(session, input.to, how), signal),
      session,
    ),
  ),
  cache: api.workspace.cache.handler(({ context }) => cacheParts(context.session.open().workspace)),
  trim: api.workspace.trim.handler(({ input, context }) => {
    const { workspace } = context.session.open()
    const [running] = jobsIn(workspace.db, 'running')
    // A running job may be about to open a file that would be deleted.
    if (running)
      throw new KernelscopeError('JOB_STATE', `${running.title} is running`, {
        hint: 'Pause it, or wait until it has finished, then trim.',
      })
    const bytes = input.parts
      ? emptyParts(workspace, input.parts)
      : trimCache(workspace, context.session.settings().cacheMebibytes * 2 ** 20)
    return { bytes, cache: cacheParts(workspace) }
  }),
}
