import { ensureDisplay } from '../../scripts/display.ts'

/** Set-up of the whole project: one unseen screen for all windows, ended with the tests. */
export default function setup() {
  return ensureDisplay()
}
