import type { DistanceDefinition, KernelLayer } from '../contract/models.ts'
import type { FigureSpec } from './spec.ts'

/** Distance from the centre of a K x K kernel to its corner, in pixels of the layer's feature map: (K - 1)/2 · √2. */
export const cornerOf = ({ kernel }: Pick<KernelLayer, 'kernel'>): number => ((kernel - 1) / 2) * Math.SQRT2

/** A layer whose distances, given in corner distances, are in pixels of its feature map. */
export const inPixels = (layer: KernelLayer): KernelLayer => ({
  ...layer,
  distance: layer.distance.map((value) => value * cornerOf(layer)),
  uniform: layer.uniform * cornerOf(layer),
})

/** The unit of distances: shares of the distance to the kernel's corner, or pixels of the feature map (`inPixels`). */
export type DistanceUnit = 'corner' | 'pixels'

/**
 * Sorted kernel attention distances over the normalised channel index, one curve per layer (paper, section 4.6 and Fig.
 * 9). With the normalised definition a dashed line per kernel size marks the distance of a kernel with equal weights.
 */
export function kernelDistanceSpec(
  layers: readonly KernelLayer[],
  definition: DistanceDefinition,
  modelTitle = '',
  unit: DistanceUnit = 'corner',
): FigureSpec {
  const normalised = definition === 'normalised'
  const sizes = new Map(layers.map((layer) => [layer.kernel, layer.uniform]))
  return {
    id: ['kernel-distance', normalised ? '' : 'published', modelTitle].filter(Boolean).join('-'),
    kind: 'lines',
    title: modelTitle === '' ? 'Kernel attention distance' : `Kernel attention distance of ${modelTitle}`,
    x: { label: 'Normalised channel index', unit: 'none', scale: 'linear', min: 0, max: 1 },
    y: {
      label: normalised ? 'Kernel attention distance' : 'Kernel attention distance (published code)',
      unit: unit === 'pixels' ? 'pixels' : 'none',
      scale: 'linear',
      min: 0,
    },
    series: layers.map((layer, slot) => ({
      id: `layer-${layer.index}`,
      name: `${layer.weight} (${layer.kernel}×${layer.kernel})`,
      slot,
      origin: 'measured' as const,
      symbols: false,
      points: layer.distance.map((y, at, { length }) => ({
        x: length > 1 ? at / (length - 1) : 0,
        y,
        ref: `channel:${layer.order[at] ?? at}`,
      })),
    })),
    references: normalised
      ? [...sizes].map(([size, value]) => ({ label: `uniform ${size}×${size}`, axis: 'y' as const, value }))
      : [],
    spans: [],
    notes: [
      normalised
        ? `Definition: sum of |w| times distance to the centre, over sum of |w|${unit === 'pixels' ? ', in pixels of the feature map' : ', over the corner distance'} (paper, 4.6).`
        : 'Definition: as the published code computes it, not divided by the sum of |w|.',
      ...layers
        .filter(({ skipped }) => skipped.length > 0)
        .map(
          ({ weight, skipped }) => `${weight}: ${skipped.length} channels with all weights zero left out.`,
        ),
    ],
    alt: layers
      .map(
        ({ weight, distance }) =>
          `${weight}: distance from ${(distance[0] ?? 0).toFixed(3)} to ${(distance.at(-1) ?? 0).toFixed(3)}`,
      )
      .join('; '),
  }
}

/**
 * As `kernelDistanceSpec`, for several models on one pair of axes: a curve per layer, named by model and layer, and a
 * line of equal weights per kernel size. The study and the comparison of models show it.
 */
export function kernelDistancesSpec(
  models: readonly { id: number; title: string; layers: readonly KernelLayer[] }[],
  definition: DistanceDefinition,
  /** Side of the smallest kernel that was searched for. */
  smallest = 3,
  unit: DistanceUnit = 'corner',
): FigureSpec {
  const curves = models.flatMap(({ id, title, layers }) => layers.map((layer) => ({ id, title, layer })))
  const spec = kernelDistanceSpec(
    curves.map(({ layer }) => layer),
    definition,
    '',
    unit,
  )
  const nameOf = (place: number) => {
    const curve = curves[place]
    return curve
      ? `${curve.title}, layer ${curve.layer.index + 1} (${curve.layer.kernel}×${curve.layer.kernel})`
      : ''
  }
  return {
    ...spec,
    id: 'kernel-attention',
    series: spec.series.map((series, place) => ({
      ...series,
      id: `${curves[place]?.id ?? 0}-${curves[place]?.layer.index ?? place}`,
      name: nameOf(place),
    })),
    notes: [
      ...spec.notes.slice(0, 1),
      ...models
        .filter(({ layers }) => layers.length === 0)
        .map(({ title }) => `${title} has no depthwise convolution of ${smallest}×${smallest} and more.`),
      ...curves
        .map(({ layer }, place) => ({ skipped: layer.skipped.length, name: nameOf(place) }))
        .filter(({ skipped }) => skipped > 0)
        .map(({ skipped, name }) => `${name}: ${skipped} channels with all weights zero left out.`),
    ],
    alt: curves
      .map(
        ({ layer: { distance } }, place) =>
          `${nameOf(place)}: distance from ${(distance[0] ?? 0).toFixed(3)} to ${(distance.at(-1) ?? 0).toFixed(3)}`,
      )
      .join('; '),
  }
}
