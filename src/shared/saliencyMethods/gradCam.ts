import { gradCam as combine } from '../maths/featureMaps.ts'
import { featureDefinition } from './definition.ts'

export const gradCam = featureDefinition({
  id: 'gradCam',
  title: 'Grad-CAM',
  hint: 'Channels of a feature map by their mean gradient, Selvaraju et al. 2017',
  flag: 'gradcam',
  combine,
  define: (_, y) => ({
    name: 'Grad-CAM',
    formula: `max(0, Σ_k α_k A_k), α_k = mean of ∂y/∂A_k over the positions, A the feature map, enlarged by linear interpolation; y = ${y}`,
    source: 'Selvaraju et al. 2017',
  }),
})
