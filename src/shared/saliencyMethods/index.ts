import { z } from 'zod'
import type { SaliencyDefinition, SaliencyImage } from './definition.ts'
import { fieldsOf, type SaliencyField } from './fields.ts'
import { gradient } from './gradient.ts'
import { integratedGradients } from './integratedGradients.ts'
import { smoothGrad } from './smoothGrad.ts'

/** Every saliency method. */
const all = [
  // In the order in which they are offered. The first is the default.
  gradient,
  smoothGrad,
  integratedGradients,
] as const

const [first, ...others] = all

/** A method with its parameters. */
export const saliencyMethod = z.discriminatedUnion('method', [
  first.schema,
  ...others.map(({ schema }) => schema),
])

export type SaliencyMethod = z.infer<typeof saliencyMethod>
export type SaliencyMethodName = SaliencyMethod['method']

export const saliencyMethods: readonly (SaliencyDefinition & { id: SaliencyMethodName })[] = all
export const saliencyMethodNames: readonly [SaliencyMethodName, ...SaliencyMethodName[]] = [
  first.id,
  ...others.map(({ id }) => id),
]

/**
 * The method of a name.
 * @throws RangeError where there is no method of that name
 */
export function saliencyDefinitionOf(name: string): SaliencyDefinition & { id: SaliencyMethodName } {
  const found = saliencyMethods.find(({ id }) => id === name)
  if (!found) throw new RangeError(`unknown saliency method: ${name}`)
  return found
}

/** Every parameter of every method, once by name. Methods with a parameter of the same name share its option. */
export const saliencyFields: readonly SaliencyField[] = saliencyMethods
  .flatMap(fieldsOf)
  .filter(({ key }, at, fields) => fields.findIndex((field) => field.key === key) === at)

const noImage: SaliencyImage = { image: new Float32Array(), key: '', baseline: [0, 0, 0] }

/** Number of gradients that a method takes per image, which is its cost. */
export const gradientsOf = (method: SaliencyMethod): number =>
  saliencyDefinitionOf(method.method).points(method, noImage).count

export { fieldsOf, type SaliencyField }
export type { SaliencyDefinition, SaliencyImage }
