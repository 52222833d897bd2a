import { attacksOf } from './conditions.ts'
import type { StrongParams } from './params.ts'

const count = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`

/** How each attack of a study was set up, a sentence each. */
export function notesOf(chosen: StrongParams): string[] {
  const kinds = attacksOf(chosen)
  const { steps, restarts, targets, queries, share, searches, searchSteps, rate } = chosen
  return [
    ...(kinds.some((kind) => ['pgd', 'apgd-ce', 'apgd-dlr', 'apgd-t'].includes(kind))
      ? [`PGD and APGD: ${count(steps, 'step')}, ${count(restarts, 'start')}.`]
      : []),
    ...(kinds.includes('pgd') ? ['PGD: steps of ε/4, random start.'] : []),
    ...(kinds.includes('apgd-t') ? [`APGD-T: ${targets} target classes, or as many as there are.`] : []),
    ...(kinds.includes('square')
      ? [
          `Square: ${count(queries, 'query').replace('querys', 'queries')}, first squares of ${Math.round(100 * share)} % of the pixels.`,
        ]
      : []),
    ...(kinds.includes('cw')
      ? [
          `CW: ${count(searches, 'weight')}, ${count(searchSteps, 'step')} each at most, learning rate ${rate}.`,
        ]
      : []),
    'Images that are wrong without an attack count as wrong. APGD, Square and CW leave them alone, and are done with an image that they made wrong.',
  ]
}
