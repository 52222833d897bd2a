import { isMac } from '../../lib/bridge.ts'
import { keyCaps } from './keys.ts'
import type { ViewKey } from './viewKeys.ts'

/** Title of a button with its key: "Back (Esc)". */
export const withKey = (title: string, { keys: [first] }: ViewKey): string =>
  first === undefined ? title : `${title} (${keyCaps(first, isMac).join('+')})`
