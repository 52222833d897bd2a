import { thousands } from '../thousands.ts'
import type { Point } from './spec.ts'

/** Whether a point stands on fewer images or draws than were planned. It is drawn open, or pale where it is a bar. */
export const isPartial = ({ of, draws }: Point): boolean => of !== undefined || draws !== undefined

/** What a point stands on: "n = 50", "n = 50 of 100", "n = 50, 2 of 3 draws"; empty where that is not known. */
export const standsOnText = ({ n, of, draws }: Point): string =>
  [
    ...(n === undefined ? [] : [`n = ${thousands(n)}${of === undefined ? '' : ` of ${thousands(of)}`}`]),
    ...(draws === undefined ? [] : [`${draws.n} of ${draws.of} draws`]),
  ].join(', ')
