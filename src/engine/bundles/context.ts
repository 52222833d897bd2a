import type { Settings } from '#shared/contract/index.ts'
import { toErrorShape } from '#shared/errors.ts'
import type { ImagePool } from '../images/index.ts'
import type { Press } from '../figures/index.ts'
import type { Log } from '../base/log.ts'
import type { Places } from './find.ts'
import type { Steps } from './steps.ts'

/** What verifying a bundle needs of the engine. */
export interface VerifyContext extends Places, Steps {
  pool: ImagePool
  /** Draws figures again. */
  render: Press['render']
  settings: Settings
  log: Log
}

/** Describes an error in the verdict: its code and message. */
export function whyNot(error: unknown): string {
  const { code, message } = toErrorShape(error)
  return `${code}: ${message}`
}
