import { createRouterClient, type RouterClient } from '@orpc/server'
import { bundles } from './handlers/bundles.ts'
import { compositions } from './handlers/compositions.ts'
import { cluster } from './handlers/cluster.ts'
import { annotations } from './handlers/annotations.ts'
import { datasets } from './handlers/datasets.ts'
import { intake } from './handlers/intake.ts'
import { figures } from './handlers/figures.ts'
import { files } from './handlers/files.ts'
import { guide } from './handlers/guide.ts'
import { gallery } from './handlers/gallery.ts'
import { api, type ApiContext } from './session/implementation.ts'
import { jobs } from './handlers/jobs.ts'
import { maps } from './handlers/maps.ts'
import { models } from './handlers/models.ts'
import { sweepTemporary } from '../base/temporary.ts'
import type { SessionOptions } from './session/options.ts'
import { EngineSession } from './session/session.ts'
import { reports } from './handlers/reports.ts'
import { studies } from './handlers/studies.ts'
import { subsets } from './handlers/subsets.ts'
import { system } from './handlers/system.ts'
import { units } from './handlers/units.ts'
import { workspace } from './handlers/workspace.ts'

/** The contract with its handlers. */
export const router = api.router({
  workspace,
  models,
  maps,
  datasets,
  intake,
  subsets,
  annotations,
  studies,
  jobs,
  figures,
  files,
  guide,
  gallery,
  compositions,
  bundles,
  reports,
  units,
  cluster,
  system,
})

export type EngineClient = RouterClient<typeof router>

export interface Engine {
  readonly session: EngineSession
  readonly context: ApiContext
  /** Calls the handlers in this process. */
  readonly client: EngineClient
  /** Waits until the running job has stored its results, closes the workspace and ends the workers. */
  close(): Promise<void>
}

/** Creates an engine in this process: for the command line, the tests and the engine process itself. */
export async function createEngine(options: SessionOptions = {}): Promise<Engine> {
  sweepTemporary()
  const session = new EngineSession(options)
  const context: ApiContext = { session }
  await session.reopen()
  return { session, context, client: createRouterClient(router, { context }), close: () => session.close() }
}
export type { ApiContext, EngineSession }
export { reply } from './bytes/reply.ts'
export { serveBytes } from './bytes/server.ts'
