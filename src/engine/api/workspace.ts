import { existsSync } from 'node:fs'
import { api } from './implementation.ts'
import { openSample } from './sample.ts'

export const workspace = {
  create: api.workspace.create.handler(async ({ input, context }) =>
    (await context.session.createWorkspace(input.path)).info(),
  ),
  open: api.workspace.open.handler(async ({ input, context }) =>
    (await context.session.openWorkspace(input.path)).info(),
  ),
  openSample: api.workspace.openSample.handler(async ({ input, context }) =>
    (await openSample(context.session, input.path)).info(),
  ),
  close: api.workspace.close.handler(async ({ context }) => {
    await context.session.closeWorkspace()
    return { ok: true }
  }),
  info: api.workspace.info.handler(({ context }) => {
    const { opened } = context.session
    return opened && existsSync(opened.workspace.path) ? opened.workspace.info() : null
  }),
}
