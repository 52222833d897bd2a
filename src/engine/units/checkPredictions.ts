import { allOutputs } from '#shared/readouts.ts'
import { brokenRule } from '../bundles/index.ts'
import { toPrediction } from '../facts/index.ts'
import { targetsOfReadout } from '../studies/index.ts'
import {
  eachRecord,
  packedCells,
  packRows,
  readRecord,
  Slots,
  soundPack,
  type Db,
} from '../workspace/index.ts'
import type { KnownVariant } from './checkPack.ts'
import type { refusePack } from './packSchema.ts'

/**
 * Checks each prediction of a database against itself, the outputs of its model and the class of its image.
 *
 * @throws PACK_MALFORMED where one could not have been measured
 */
export function* checkPredictions(
  db: Db,
  variants: ReadonlyMap<number, KnownVariant>,
  refuse: ReturnType<typeof refusePack>,
): Generator<undefined, void, undefined> {
  const slots = new Slots(db)
  slots.refresh()
  const classes = new Map(db.prepare<[], [number, string]>('SELECT id, class FROM example').raw().all())
  for (const cell of packedCells(db)) {
    const variant = variants.get(cell[0])
    if (!variant) throw refuse(`predictions of no variant`)
    const { key, model } = variant
    const readout = key.readout ?? allOutputs
    const targetOf = targetsOfReadout(model, readout)
    for (const row of packRows(db, cell)) {
      const pack = soundPack(row)
      if (!pack) throw refuse('predictions of it are not what was stored')
      eachRecord(pack, row.block, (slot, start) => {
        const className = classes.get(slots.exampleOf(slot))
        if (className === undefined) throw refuse('predictions of no image')
        const frame = { outputs: model.classes, readout, target: targetOf(className) }
        const broken = brokenRule(toPrediction(readRecord(pack.bytes, start)), frame)
        if (broken)
          throw refuse(
            `a prediction of ${model.title} has ${String(broken.stored)} as ${broken.column}, not ${broken.wanted}`,
          )
      })
      yield
    }
  }
}
