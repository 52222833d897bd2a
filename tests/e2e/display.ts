import { ensureDisplay } from '../../scripts/display.ts'

/** Set-up of the whole project: one virtual screen for all windows, which ends with the tests. */
export default function setup() {
  return ensureDisplay()
}
