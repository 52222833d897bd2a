import { z } from 'zod'
import type { Definition } from '../contract/common.ts'
import type { GradientPoints } from '../maths/gradientPoints.ts'

/** What a method may know of an image besides its parameters. */
export interface SaliencyImage {
  /** [height, width, 3] in [0,1]. */
  image: Float32Array
  /** Digest of the image: part of the key of every random draw. */
  key: string
  /** Mean colour of the preprocessing in [0,1]. */
  baseline: readonly [number, number, number]
}

interface Named {
  title: string
  /** Said where it is chosen. */
  hint: string
  /** Name on the command line. */
  flag: string
  /**
   * Whether the mean gradient is multiplied by the way from the first point to the image; the values should then add up to
   * what the model's output gains on that way.
   */
  timesWay?: true
}

interface Own<Id extends string, Params extends z.ZodRawShape> extends Named {
  /** Its name in messages, addresses and keys. */
  id: Id
  /**
   * Each with a default. `meta` says how a parameter is offered: `title` and `description` on screen, `flag` in the help of
   * the command line, `step` of a number, `choices` by value.
   */
  params: Params
  /** Where gradients are taken, and how they are weighted. */
  points(params: z.output<z.ZodObject<Params>>, image: SaliencyImage): GradientPoints
  /** How the map is computed, in words; `x` is the image in [0,1], `y` what is explained. */
  define(params: z.output<z.ZodObject<Params>>, y: string): Definition
}

/** A method for whoever does not know its parameters: they are read from plain data. */
export interface SaliencyDefinition extends Named {
  id: string
  params: z.ZodRawShape
  points(method: object, image: SaliencyImage): GradientPoints
  define(method: object, y: string): Definition
}

/** A method: a file beside this one and its place in the list of `index.ts`. */
export function saliencyDefinition<const Id extends string, Params extends z.ZodRawShape>(
  own: Own<Id, Params>,
) {
  const params = z.object(own.params)
  return {
    ...own,
    /** The name under `method`, and the parameters. */
    schema: z.object({ method: z.literal(own.id), ...own.params }),
    points: (method: object, image: SaliencyImage) => own.points(params.parse(method), image),
    define: (method: object, y: string) => own.define(params.parse(method), y),
  }
}
