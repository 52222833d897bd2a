import { createRouterClient, type RouterClient } from '@orpc/server'
import { bundles } from './bundles.ts'
import { compositions } from './compositions.ts'
import { annotations } from './annotations.ts'
import { datasets } from './datasets.ts'
import { figures } from './figures.ts'
import { guide } from './guide.ts'
import { gallery } from './gallery.ts'
import { api, type ApiContext } from './implementation.ts'
import { jobs } from './jobs.ts'
import { maps } from './maps.ts'
import { models } from './models.ts'
import { sweepTemporary } from '../temporary.ts'
import { EngineSession, type SessionOptions } from './session.ts'
import { reports } from './reports.ts'
import { studies } from './studies.ts'
import { subsets } from './subsets.ts'
import { system } from './system.ts'
import { workspace } from './workspace.ts'

export const router = api.router({
  workspace,
  models,
  maps,
  datasets,
  subsets,
  annotations,
  studies,
  jobs,
  figures,
  guide,
  gallery,
  compositions,
  bundles,
  reports,
  system,
})

export type EngineClient = RouterClient<typeof router>

export interface Engine {
  readonly session: EngineSession
  readonly context: ApiContext
  /** The contract, in process. */
  readonly client: EngineClient
  /** Lets the running job store what it has, closes the workspace, ends the workers. */
  close(): Promise<void>
}

/** The engine without a process around it: for the command line, the tests and the process entry. */
export async function createEngine(options: SessionOptions = {}): Promise<Engine> {
  sweepTemporary()
  const session = new EngineSession(options)
  const context: ApiContext = { session }
  await session.reopen()
  return { session, context, client: createRouterClient(router, { context }), close: () => session.close() }
}
export { serveBytes } from './bytes.ts'
