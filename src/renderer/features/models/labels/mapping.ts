import type { LabelMapping } from '#shared/contract/index.ts'
import { className } from '#shared/classNames.ts'
import { namesIn, withName, withoutName } from '#shared/labelWords.ts'
import { nearNames } from '#shared/near.ts'

/** The output that stands for each class of a dataset, in the order of the classes; -1 = none. */
export type Outputs = readonly number[]

const number = /^class \d+$/

/**
 * Suggests an output for every class that has none: the free output whose label is nearest by name; null where no label
 * is near.
 */
export function suggestedOutputs({ classes, labels }: LabelMapping, outputs: Outputs): (number | null)[] {
  const taken = new Set(outputs)
  const free = labels.flatMap((label, output) =>
    taken.has(output) || number.test(label) ? [] : namesIn(label).map((name) => ({ name, output })),
  )
  const names = free.map(({ name }) => name)
  return outputs.map((output, place) => {
    const name = classes[place] ?? ''
    if (output >= 0 || free.length === 0) return null
    const [near] = nearNames(className(name), names)
    return free.find((one) => one.name === near)?.output ?? null
  })
}

/**
 * The labels in which the classes stand for other outputs. The name of a class is added to the label of its new output,
 * and taken from the label of its old one. A label that is only a number gives way to the name.
 */
export function relabelled({ classes, labels, outputs: before }: LabelMapping, after: Outputs): string[] {
  const next = [...labels]
  const changed = classes.flatMap((name, place) => {
    const [old = -1, output = -1] = [before[place], after[place]]
    return old === output ? [] : [{ name, old, output }]
  })
  for (const { name, old } of changed) {
    const label = next[old]
    if (label !== undefined) next[old] = withoutName(label, name) ?? `class ${old}`
  }
  for (const { name, output } of changed) {
    const label = next[output]
    if (label !== undefined) next[output] = number.test(label) ? name : withName(label, name)
  }
  return next
}

/** The outputs that stand for more than one class, which is seldom meant. */
export function sharedOutputs(outputs: Outputs): Set<number> {
  const known = outputs.filter((output) => output >= 0)
  return new Set(known.filter((output, place) => known.indexOf(output) !== place))
}
