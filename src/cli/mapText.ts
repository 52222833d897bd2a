import type { AttentionMapsResult, ReceptiveFieldResult, SaliencyResult } from '#shared/contract/index.ts'
import { formatPairs, formatTable, percent } from './format.ts'

const number = (value: number) => (value === 0 ? '0' : value.toPrecision(4))

/**
 * A table of the layers of an attention result: for each reading the largest attention of a patch, and the attention
 * that goes to other tokens.
 */
export function describeAttention(result: AttentionMapsResult): string {
  const { query, grid, top } = result
  const facts = formatPairs([
    ['query', query.patch === null ? 'class token' : `patch ${query.patch}`],
    ['patches', grid.join(' x ')],
    ['predicted', predicted(top)],
  ])
  const layers = formatTable(
    [
      { title: 'Layer', right: true },
      { title: 'Heads', right: true },
      { title: 'Most, row', right: true },
      { title: 'Most, mean', right: true },
      { title: 'Most, rollout', right: true },
      { title: 'Other tokens', right: true },
    ],
    result.layers.map(({ layer, heads, row, mean, rollout, elsewhere }) => [
      String(layer + 1),
      String(heads),
      number(row.max),
      number(mean.max),
      number(rollout.max),
      percent(elsewhere.reduce((sum, share) => sum + share, 0) / Math.max(1, elsewhere.length)),
    ]),
  )
  return [facts, layers].join('\n')
}

export function describeSaliency(result: SaliencyResult): string {
  const { target, completeness, layer } = result
  return formatPairs([
    ['method', result.definitions.map(({ name, formula }) => `${name}: ${formula ?? ''}`).join('; ')],
    ...(layer === null ? [] : [['feature map', layer] as [string, string]]),
    ['explained', `${target.label} (${target.index}), ${percent(target.probability)}`],
    ['predicted', predicted(result.top)],
    ['magnitudes', `${number(result.magnitude.min)} to ${number(result.magnitude.max)}`],
    ['signed sums', `${number(result.signed.min)} to ${number(result.signed.max)}`],
    ...(completeness
      ? [
          [
            'completeness',
            `${number(completeness.sum)} of ${number(completeness.difference)}, gap ${percent(completeness.gap)}`,
          ] as [string, string],
        ]
      : []),
  ])
}

/** The table of high-contribution areas under both definitions. */
export function describeField(result: ReceptiveFieldResult): string {
  const { point, images, failed, areas } = result
  const facts = formatPairs([
    ['feature map', `${point.title} (${point.index})`],
    ['images', `${images}${failed > 0 ? `, ${failed} failed` : ''}`],
    ['pixels', result.size.join(' x ')],
  ])
  const table = formatTable(
    [
      { title: 'Definition' },
      { title: 'Share', right: true },
      { title: 'Side, px', right: true },
      { title: 'Area ratio', right: true },
    ],
    areas.map(({ definition, threshold, side, ratio }) => [
      definition,
      percent(threshold),
      side === null ? '–' : String(side),
      ratio === null ? '–' : percent(ratio),
    ]),
  )
  return [facts, table].join('\n')
}

const predicted = (top: AttentionMapsResult['top']) =>
  top
    .slice(0, 3)
    .map(({ label, probability }) => `${label} ${percent(probability)}`)
    .join(', ')
