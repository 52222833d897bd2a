import { toLevels, toPicture } from '../../filters/levels.ts'
import { addZoomed } from '../../filters/zoom.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** Number of zoom factors, and their step; the first factor is 1. The first range has 1.11 because of numpy's rounding. */
const zooms: Severities<readonly [number, number]> = [
  [12, 0.01],
  [16, 0.01],
  [11, 0.02],
  [13, 0.02],
  [11, 0.03],
]

/** Mean of the image and its zoomed versions. The image counts twice, because the first factor is 1. */
export const zoomBlur: CorruptionDefinition = {
  deterministic: true,
  parameters: [
    parameter('Zoom factors', zooms, ([count]) => count),
    parameter('Largest factor', zooms, ([count, step]) => (1 + (count - 1) * step).toFixed(2)),
  ],
  apply: (picture, severity) => {
    const [count, step] = at(zooms, severity)
    const levels = toLevels(picture)
    const sum = levels.values.slice()
    // numpy's arange takes the difference of the first two values as its step.
    const delta = 1 + step - 1
    for (let i = 0; i < count; i++) addZoomed(levels, 1 + i * delta, sum)
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! / (count + 1)
    return toPicture({ ...levels, values: sum })
  },
}
