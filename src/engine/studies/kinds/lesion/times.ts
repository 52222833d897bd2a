import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { cutShare, halfOf, lesionTimes } from './cost.ts'
import { currentVariant } from '../../../facts/index.ts'

/** Notes the times behind the choice between gating and cutting out, of a model that was timed. */
export function timesNote(db: Db, model: StoredModel): string[] {
  const variant = currentVariant(db, model)
  const times = variant && lesionTimes(db, variant.id)
  if (!times) return []
  const text = ({ secondsToOpen, secondsPerImage }: typeof times.gated) =>
    `${(1000 * secondsPerImage).toPrecision(3)} ms an image, opened in ${secondsToOpen.toFixed(2)} s`
  const share = Math.round(100 * cutShare(model, halfOf(model)))
  return [
    `${model.title}, timed: gated ${text(times.gated)}; half of the blocks (${share} % of the multiply-accumulates) cut out ${text(times.half)}${times.equal ? '' : '; blocks are gated, because cutting them out changes the last digits here'}.`,
  ]
}
