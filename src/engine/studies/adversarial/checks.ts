import type { Grid } from '../grid.ts'
import { baselineOf } from '../levels.ts'
import type { AdversarialParams } from './params.ts'

/** What must hold if the numbers are to be believed, said in words where it does not. */
export function sanityNotes(grid: Grid, chosen: AdversarialParams): string[] {
  return grid.models.flatMap((model) => {
    const cells = grid.cells.filter((cell) => cell.modelId === model.id && cell.top1 !== null)
    const clean = baselineOf(grid, model.id)
    const attacked = cells.filter(({ params }) => params['kind'] === chosen.attack)
    const notes: string[] = []
    for (const cell of attacked) {
      const sign = cells.find(
        ({ params }) => params['kind'] === 'sign' && params['epsilon'] === cell.params['epsilon'],
      )
      if (sign && (cell.top1 ?? 0) > (sign.top1 ?? 0))
        notes.push(
          `at ε ${cell.params['epsilon']} a random sign does more harm than the attack: the gradient may be masked`,
        )
      const weaker = attacked.find(
        ({ params }) =>
          params['epsilon'] === cell.params['epsilon'] &&
          Number(params['steps']) < Number(cell.params['steps']),
      )
      if (weaker && (cell.interval?.lo ?? 0) > (weaker.interval?.hi ?? 1))
        notes.push(`more steps do less harm at ε ${cell.params['epsilon']}`)
    }
    const strongest = Math.max(0, ...attacked.map(({ params }) => Number(params['epsilon'])))
    const atStrongest = attacked.find(({ params }) => params['epsilon'] === strongest)
    if (clean !== null && strongest >= 0.1 && (atStrongest?.top1 ?? 0) > 0.5 * clean) {
      notes.push(
        `over half of the accuracy is left at ε ${strongest}: check for masked gradients with restarts and a transfer attack`,
      )
    }
    return notes.map((note) => `${model.title}: ${note}.`)
  })
}
