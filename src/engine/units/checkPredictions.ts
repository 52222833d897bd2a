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
import { isPlainlySound } from './soundFact.ts'

/** Predictions that are checked in one step, at least. */
const atOnce = 8192

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
  let seen = 0
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
        const target = targetOf(className)
        const fact = readRecord(pack.bytes, start)
        if (readout.op === 'all' && isPlainlySound(fact, model.classes, target)) return
        const broken = brokenRule(toPrediction(fact), { outputs: model.classes, readout, target })
        if (broken)
          throw refuse(
            `a prediction of ${model.title} has ${String(broken.stored)} as ${broken.column}, not ${broken.wanted}`,
          )
      })
      seen += pack.facts
      if (seen < atOnce) continue
      seen = 0
      yield
    }
  }
}
