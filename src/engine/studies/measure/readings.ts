import { canonicalJson } from '#shared/canonical.ts'
import { allOutputs, type Readout } from '#shared/readouts.ts'
import type { StoredModel } from '../../models/index.ts'
import { targetLookup } from './targets.ts'
import type { StoredCondition } from '../../facts/index.ts'

/** A way of reading outputs that conditions of a lane share, and the true answer of a class name under it; -1 = none. */
export interface SessionReading {
  readout: string
  value: Readout
  targetOf(className: string): number
}

/** Text that is equal for equal readouts. */
export const readoutKey = (readout: Readout = allOutputs): string => canonicalJson(readout)

/** The different readouts of conditions, so that one forward pass answers for all of them. */
export function readingsOf(model: StoredModel, conditions: readonly StoredCondition[]): SessionReading[] {
  const found = new Map(
    conditions.map(({ condition: { readout = allOutputs } }) => [readoutKey(readout), readout]),
  )
  const indexOf = targetLookup(model)
  return [...found].map(([readout, value]) => ({ readout, value, targetOf: targetsUnder(value, indexOf) }))
}

function targetsUnder(readout: Readout, indexOf: (name: string) => number): (name: string) => number {
  if (readout.op === 'all') return indexOf
  if (readout.op === 'subset') return readout.truth ? indexOf : () => -1
  const places = new Map(readout.groups.map(({ name }, place) => [name, place]))
  return (name) => places.get(name) ?? -1
}
