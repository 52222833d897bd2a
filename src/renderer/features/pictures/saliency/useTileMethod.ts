import { computed } from 'vue'
import { saliencyDefinitionOf, saliencyMethod, saliencyMethodNames } from '#shared/saliencyMethods/index.ts'
import { useQueryChoice } from '../../../lib/useQuery.ts'

/** The method of the small saliency maps on the pages of an image, with its defaults; kept in the address as `map`. */
export function useTileMethod() {
  const others = saliencyMethodNames.filter((name) => name !== 'smoothGrad')
  const name = useQueryChoice('map', ['smoothGrad', ...others])
  return {
    name,
    method: computed(() => saliencyMethod.parse({ method: name.value })),
    title: computed(() => `${saliencyDefinitionOf(name.value).title} of the predicted class`),
  }
}
