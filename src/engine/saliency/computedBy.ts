import { KernelscopeError } from '#shared/errors.ts'
import { saliencyDefinitionOf, type Computation } from '#shared/saliencyMethods/index.ts'

/**
 * How a method is computed, where it is computed in one way.
 *
 * @throws INTERNAL where it is computed in another
 */
export function computedBy<By extends Computation['by']>(
  method: string,
  by: By,
): Extract<Computation, { by: By }> {
  const { computed } = saliencyDefinitionOf(method)
  if (isBy(computed, by)) return computed
  throw new KernelscopeError('INTERNAL', `${method} is not computed by ${by}`)
}

const isBy = <By extends Computation['by']>(
  computed: Computation,
  by: By,
): computed is Extract<Computation, { by: By }> => computed.by === by
