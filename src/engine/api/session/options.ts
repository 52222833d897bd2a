import type { Settings } from '#shared/contract/index.ts'
import type { Log } from '../../base/log.ts'

/** How a session is set up. */
export interface SessionOptions {
  /** Where the engine writes its log; a log in memory when left out. */
  log?: Log
  /** File that stores the path of the open workspace for the next start of the engine. */
  stateFile?: string | undefined
  /** Allowed signers file of the keys that this person trusts for bundles; none can be trusted when left out. */
  signersFile?: string | undefined
  /** Folder of workspaces that are not kept yet; a temporary one, removed with the engine, when left out. */
  unkeptFolder?: string | undefined
  /** Version of the Electron whose window this engine serves; left out without a window. */
  electron?: string | undefined
  /** Settings that override those of the workspace in this process, e.g. from the command line. */
  overrides?: Partial<Settings>
  /** Threads that decode and transform images; one less than there are cores when left out. */
  imageWorkers?: number
  /** Reads estimates and results in a thread of its own: for an engine that is asked for them while jobs run. */
  readsApart?: boolean
  /** Makes thumbnails in the background after a dataset was indexed: for an engine with a window. */
  thumbnailsAhead?: boolean
  /** Checks a model's rewrites numerically, in the background, after it was added. */
  checksAhead?: boolean
}
