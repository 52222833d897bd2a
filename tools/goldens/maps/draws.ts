/** Prints what is drawn for the masks of RISE in the goldens, as JSON: cells that are kept, and shifts. */
import { randomCells } from '../../../src/shared/maths/imageMasks.ts'

const drawn = Array.from({ length: 40 }, (_, index) =>
  randomCells(index, { cells: 5, keep: 0.5, seed: 3, shifts: [7, 7] }),
)
process.stdout.write(`${JSON.stringify(drawn)}\n`)
