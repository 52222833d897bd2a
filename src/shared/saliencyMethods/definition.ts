import { z } from 'zod'
import type { Definition } from '../contract/common.ts'
import type { FeatureMaps } from '../maths/featureMaps.ts'
import type { GradientPoints } from '../maths/gradientPoints.ts'
import type { ImageMasks, MaskedImage } from '../maths/imageMasks.ts'

/** The image that a method explains, with what it may use besides its parameters. */
export interface SaliencyImage {
  /** [height, width, 3] in [0,1]. */
  image: Float32Array
  /** Digest of the image. It is part of the key of every random draw. */
  key: string
  /** Mean colour of the preprocessing in [0,1]. */
  baseline: readonly [number, number, number]
}

/**
 * How a map is computed. gradients: at points of the image's space; with `timesWay` the mean gradient is multiplied by the
 * difference between the image and the first point, and the values should add up to the change of the output between the
 * two. features: from a feature map and the gradient of the output to it, for all positions. masks: from outputs for masked
 * images. attention: from attention matrices and their gradients.
 */
export type Computation =
  | { by: 'gradients'; timesWay: boolean; points(method: object, image: SaliencyImage): GradientPoints }
  | { by: 'features'; depth(method: object): number; combine(maps: FeatureMaps): Float64Array }
  | { by: 'masks'; masks(method: object, image: MaskedImage): ImageMasks }
  | { by: 'attention' }

/** A method without the types of its parameters, which it reads from plain data. */
export interface SaliencyDefinition {
  id: string
  title: string
  /** Shown where the method is chosen. */
  hint: string
  /** Name on the command line. */
  flag: string
  params: z.ZodRawShape
  computed: Computation
  define(method: object, y: string): Definition
}

interface Parts<Id extends string, Params extends z.ZodRawShape> extends Pick<
  SaliencyDefinition,
  'title' | 'hint' | 'flag'
> {
  /** Name of the method in messages, addresses and keys. */
  id: Id
  /**
   * Parameters, each with a default. `meta` says how a parameter is offered: `title` and `description` on screen,
   * `flag` in the help of the command line, `step` of a number, titles of `choices` by value.
   */
  params: Params
  /** How the map is computed, in words. `x` is the image in [0,1], `y` the explained output. */
  define(params: z.output<z.ZodObject<Params>>, y: string): Definition
}

const defined = <const Id extends string, Params extends z.ZodRawShape>(
  { id, title, hint, flag, params, define }: Parts<Id, Params>,
  computed: Computation,
) => ({
  ...{ id, title, hint, flag, params, computed },
  /** The schema of the method's name, under `method`, and of its parameters. */
  schema: z.object({ method: z.literal(id), ...params }),
  define: (method: object, y: string) => define(z.object(params).parse(method), y),
})

/** Defines a method that takes gradients at points. A new method is a file beside this one and an entry in `index.ts`. */
export const saliencyDefinition = <const Id extends string, Params extends z.ZodRawShape>(
  own: Parts<Id, Params> & {
    timesWay?: true
    /** The points at which gradients are taken, and their weights. */
    points(params: z.output<z.ZodObject<Params>>, image: SaliencyImage): GradientPoints
  },
) =>
  defined(own, {
    by: 'gradients',
    timesWay: own.timesWay ?? false,
    points: (method, image) => own.points(z.object(own.params).parse(method), image),
  })

/** The parameter of methods that read a feature map. */
const depthParams = {
  depth: z.number().min(0).max(1).default(1).meta({
    title: 'Depth',
    description: 'Of the feature map: 1 is the last one that the output depends on, 0 the first',
    flag: 'depth of the feature map of gradcam and layercam, from 0 to 1, the last',
    step: 0.1,
  }),
}

/** Defines a method that joins a feature map and the gradient to it into one value for each position. */
export const featureDefinition = <const Id extends string>(
  own: Omit<Parts<Id, typeof depthParams>, 'params'> & { combine(maps: FeatureMaps): Float64Array },
) =>
  defined(
    { ...own, params: depthParams },
    {
      by: 'features',
      depth: (method) => z.object(depthParams).parse(method).depth,
      combine: (maps) => own.combine(maps),
    },
  )

/** Defines a method that compares the outputs for masked images. It needs no gradient. */
export const maskDefinition = <const Id extends string, Params extends z.ZodRawShape>(
  own: Parts<Id, Params> & {
    masks(params: z.output<z.ZodObject<Params>>, image: MaskedImage): ImageMasks
  },
) =>
  defined(own, {
    by: 'masks',
    masks: (method, image) => own.masks(z.object(own.params).parse(method), image),
  })

/** Defines a method that reads attention matrices and their gradients. */
export const attentionDefinition = <const Id extends string, Params extends z.ZodRawShape>(
  own: Parts<Id, Params>,
) => defined(own, { by: 'attention' })
