import { z } from 'zod'
import type { Definition } from '../contract/common.ts'
import type { GradientPoints } from '../maths/gradientPoints.ts'

/** The image that a method explains, with what it may use besides its parameters. */
export interface SaliencyImage {
  /** [height, width, 3] in [0,1]. */
  image: Float32Array
  /** Digest of the image. It is part of the key of every random draw. */
  key: string
  /** Mean colour of the preprocessing in [0,1]. */
  baseline: readonly [number, number, number]
}

interface MethodNames {
  title: string
  /** Shown where the method is chosen. */
  hint: string
  /** Name on the command line. */
  flag: string
  /**
   * Whether the mean gradient is multiplied by the difference between the image and the first point. The values should
   * then add up to the change of the model's output between the two.
   */
  timesWay?: true
}

interface MethodParts<Id extends string, Params extends z.ZodRawShape> extends MethodNames {
  /** Name of the method in messages, addresses and keys. */
  id: Id
  /**
   * Parameters, each with a default. `meta` says how a parameter is offered: `title` and `description` on screen,
   * `flag` in the help of the command line, `step` of a number, titles of `choices` by value.
   */
  params: Params
  /** The points at which gradients are taken, and their weights. */
  points(params: z.output<z.ZodObject<Params>>, image: SaliencyImage): GradientPoints
  /** How the map is computed, in words. `x` is the image in [0,1], `y` the explained output. */
  define(params: z.output<z.ZodObject<Params>>, y: string): Definition
}

/** A method without the types of its parameters, which it reads from plain data. */
export interface SaliencyDefinition extends MethodNames {
  id: string
  params: z.ZodRawShape
  points(method: object, image: SaliencyImage): GradientPoints
  define(method: object, y: string): Definition
}

/** Defines a method. A new method is a file beside this one and an entry in the list of `index.ts`. */
export function saliencyDefinition<const Id extends string, Params extends z.ZodRawShape>(
  own: MethodParts<Id, Params>,
) {
  const params = z.object(own.params)
  return {
    ...own,
    /** The schema of the method's name, under `method`, and of its parameters. */
    schema: z.object({ method: z.literal(own.id), ...own.params }),
    points: (method: object, image: SaliencyImage) => own.points(params.parse(method), image),
    define: (method: object, y: string) => own.define(params.parse(method), y),
  }
}
