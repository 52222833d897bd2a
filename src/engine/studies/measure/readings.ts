import { canonicalJson } from '#shared/canonical.ts'
import { allOutputs, type Readout } from '#shared/readouts.ts'
import type { StoredModel } from '../../models/index.ts'
import { targetLookup } from './targets.ts'
import type { StoredCondition } from '../../facts/index.ts'

/**
 * A readout that conditions of a session share, and the index of a class name under it; -1 = unknown class.
 */
export interface SessionReading {
  readout: string
  value: Readout
  targetOf(className: string): number
}

/** A key that is equal for equal readouts. */
export const readoutKey = (readout: Readout = allOutputs): string => canonicalJson(readout)

/** Lists the different readouts of conditions. One forward pass serves them all. */
export function readingsOf(model: StoredModel, conditions: readonly StoredCondition[]): SessionReading[] {
  const found = new Map(
    conditions.map(({ condition: { readout = allOutputs } }) => [readoutKey(readout), readout]),
  )
  const indexOf = targetLookup(model)
  return [...found].map(([readout, value]) => ({ readout, value, targetOf: targetsUnder(value, indexOf) }))
}

/** Maps class names to the true answers of a model under a readout; -1 where there is none. */
export const targetsOfReadout = (model: StoredModel, readout: Readout): ((className: string) => number) =>
  targetsUnder(readout, targetLookup(model))

function targetsUnder(readout: Readout, indexOf: (name: string) => number): (name: string) => number {
  if (readout.op === 'all') return indexOf
  if (readout.op === 'subset') return readout.truth ? indexOf : () => -1
  const places = new Map(readout.groups.map(({ name }, place) => [name, place]))
  return (name) => places.get(name) ?? -1
}
