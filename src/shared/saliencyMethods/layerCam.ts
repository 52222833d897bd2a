import { layerCam as combine } from '../maths/featureMaps.ts'
import { featureDefinition } from './definition.ts'

export const layerCam = featureDefinition({
  id: 'layerCam',
  title: 'LayerCAM',
  hint: 'Positions of a feature map by their positive gradients, Jiang et al. 2021',
  flag: 'layercam',
  combine,
  define: (_, y) => ({
    name: 'LayerCAM',
    formula: `max(0, Σ_k max(0, ∂y/∂A_k) A_k) at each position, A the feature map, enlarged by linear interpolation; y = ${y}`,
    source: 'Jiang et al. 2021',
  }),
})
