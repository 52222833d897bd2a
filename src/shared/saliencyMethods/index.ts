import { z } from 'zod'
import type { SaliencyDefinition, SaliencyImage } from './definition.ts'
import { fieldsOf, type SaliencyField } from './fields.ts'
import { gradCam } from './gradCam.ts'
import { gradient } from './gradient.ts'
import { integratedGradients } from './integratedGradients.ts'
import { layerCam } from './layerCam.ts'
import { occlusion } from './occlusion.ts'
import { relevance } from './relevance.ts'
import { rise } from './rise.ts'
import { smoothGrad } from './smoothGrad.ts'

/** Every saliency method. */
const all = [
  // In the order in which they are offered. The first is the default.
  gradient,
  smoothGrad,
  integratedGradients,
  gradCam,
  layerCam,
  relevance,
  occlusion,
  rise,
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

/** How the methods that take no gradient to the image compute their maps with their defaults. */
export const otherDefinitions = saliencyMethods
  .filter(({ computed }) => computed.by !== 'gradients')
  .map((method) =>
    method.define({}, method.computed.by === 'masks' ? 'probability of the target' : 'logit of the target'),
  )

/** Every parameter of every method, once by name. Methods with a parameter of the same name share its option. */
export const saliencyFields: readonly SaliencyField[] = saliencyMethods
  .flatMap(fieldsOf)
  .filter(({ key }, at, fields) => fields.findIndex((field) => field.key === key) === at)

const noImage: SaliencyImage = { image: new Float32Array(), key: '', baseline: [0, 0, 0] }

/**
 * Gradients that a method takes per image, and forward passes without one, for an image of a size: of the image itself, to know
 * its class, of the start of a path, and of masked images.
 */
export function passesOf(
  { method, ...params }: SaliencyMethod,
  [height, width]: readonly [number, number],
): { gradients: number; forwards: number } {
  const { computed } = saliencyDefinitionOf(method)
  if (computed.by === 'gradients') {
    const { count } = computed.points(params, noImage)
    return { gradients: count, forwards: computed.timesWay ? 2 : 1 }
  }
  if (computed.by !== 'masks') return { gradients: 1, forwards: 1 }
  const { count } = computed.masks(params, { height, width, baseline: noImage.baseline })
  return { gradients: 0, forwards: count + 1 }
}

/** The rewrites of a graph that a method needs. */
export function rewritesFor(
  method: SaliencyMethodName,
): readonly ('probe' | 'differentiate' | 'attention')[] {
  const { by } = saliencyDefinitionOf(method).computed
  if (by === 'masks') return []
  return by === 'features'
    ? ['differentiate', 'probe']
    : by === 'attention'
      ? ['differentiate', 'attention']
      : ['differentiate']
}

/** Why a model cannot have the maps of a method, by the rewrites that its graph allows; null where it can. */
export const refusalOf = (
  method: SaliencyMethodName,
  rewrites: readonly { rewrite: string; possible: boolean; reason?: string | undefined }[],
): string | null => {
  const needed = rewritesFor(method)
  const refused = rewrites.find(({ rewrite, possible }) => !possible && needed.some((one) => one === rewrite))
  return refused ? (refused.reason ?? `its graph allows no ${refused.rewrite}`) : null
}

/** Number of gradients that a method takes per image; 0 where it needs none. */
export const gradientsOf = (method: SaliencyMethod): number => passesOf(method, [1, 1]).gradients

export { fieldsOf, type SaliencyField }
export type { Computation, SaliencyDefinition, SaliencyImage } from './definition.ts'
