import type { TrueClassAnswer } from '../../../../facts/index.ts'
import type { Db } from '../../../../workspace/index.ts'
import type { GridModel } from '../../../definition/index.ts'
import { attackTitles, epsilonTitle } from '../titles.ts'
import { rightBefore, unmoved } from '../unmoved.ts'
import { attacksOf, epsilonsOf, keyOf } from './conditions.ts'
import type { Ensemble } from './ensemble.ts'
import { finding, type Finding } from './finding.ts'
import type { StrongParams } from './params.ts'

/** Attacks that use no gradient. */
const blackBoxes = ['square']

const probability = ({ trueProbability }: TrueClassAnswer) => trueProbability ?? 0
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

/** The loss is larger under an attack: the probability of the true class is smaller. */
export function lossChecks(db: Db, model: GridModel, chosen: StrongParams): Finding[] {
  const [least] = epsilonsOf(chosen)
  return attacksOf(chosen).map((kind) => {
    const name = `The loss rises: ${attackTitles[kind]}`
    const pairs = least === undefined ? [] : rightBefore(db, model, keyOf(kind, least))
    if (least === undefined || pairs.length === 0) return finding(name, null, 'no image was right before')
    const [before, under] = [
      mean(pairs.map((pair) => probability(pair.before))),
      mean(pairs.map((pair) => probability(pair.under))),
    ]
    const fell = pairs.filter((pair) => probability(pair.under) < probability(pair.before)).length
    // CW gives the image itself where the nearest wrong one is too far.
    return finding(
      name,
      kind === 'cw' ? under <= before : under < before,
      `the probability of the true class falls from ${before.toFixed(3)} to ${under.toFixed(3)} on average at ${epsilonTitle(least, chosen.norm)}, and for ${fell} of ${pairs.length} images`,
    )
  })
}

/** A step along the gradient changes the output of the true class: the gradient does not vanish. */
export function gradientCheck(db: Db, model: GridModel, chosen: StrongParams): Finding {
  const name = 'The gradient vanishes nowhere'
  const largest = epsilonsOf(chosen).at(-1)
  const { still, of } =
    largest === undefined ? { still: 0, of: 0 } : unmoved(db, model, keyOf('fgsm', largest))
  if (largest === undefined || of === 0)
    return finding(name, null, 'not measured: turn checks on, and let the study end')
  return finding(
    name,
    still === 0,
    `one step (FGSM, ${epsilonTitle(largest, chosen.norm)}) leaves the output of the true class as it is for ${still} of ${of} images`,
  )
}

/** No image is made wrong by the attacks without a gradient only. */
export function blackBox(joint: readonly Ensemble[], chosen: StrongParams): Finding {
  const name = 'An attack without gradients makes nothing wrong that those with gradients do not'
  const kinds = attacksOf(chosen)
  if (kinds.every((kind) => !blackBoxes.includes(kind)) || kinds.every((kind) => blackBoxes.includes(kind)))
    return finding(name, null, 'the study has attacks of one kind only')
  const counted = joint.filter(({ clean }) => clean > 0)
  if (counted.length === 0) return finding(name, null, 'no image was right before')
  const numbers = counted.map(({ epsilon, parts, clean }) => {
    const only = parts
      .filter(({ kind }) => blackBoxes.includes(kind))
      .reduce((sum, { alone }) => sum + alone, 0)
    return { only, text: `${only} of ${clean} images at ${epsilonTitle(epsilon, chosen.norm)}` }
  })
  return finding(
    name,
    numbers.every(({ only }) => only === 0),
    `only by Square: ${numbers.map(({ text }) => text).join(', ')}`,
  )
}
