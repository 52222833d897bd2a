import { formatCellRef } from '#shared/cellRef.ts'
import type { FigureSpec, Point } from '#shared/figures/spec.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { GridModel } from '../../definition/index.ts'
import { barsFigure } from '../../summary/bars.ts'
import { isControl, titleOf, type MapScoreParams, type Orderer } from './params.ts'
import type { Estimate, Scored } from './summary.ts'

const bootstrap = '95 % bootstrap interval over images, fixed seed'

/** Key of a point, by which the images behind it are found. */
export const pointKey = (what: string, orderer: Orderer, place?: number): string =>
  [what, orderer, ...(place === undefined ? [] : [place])].join('/')

/** Deletion or insertion areas, or hits of the pointing game, of all models as bars. */
export function areaBars(
  what: 'deletion' | 'insertion' | 'pointing',
  scored: readonly Scored[],
  models: readonly GridModel[],
  orderers: readonly Orderer[],
): FigureSpec {
  const titles = {
    deletion: 'Deletion: area under the curve, lower is better',
    insertion: 'Insertion: area under the curve, higher is better',
    pointing: 'Pointing game: share of peaks in a box',
  }
  return barsFigure({
    id: what,
    title: titles[what],
    y: {
      label: what === 'pointing' ? 'Hits' : 'Area under the curve',
      unit: what === 'pointing' ? 'percent' : 'none',
      scale: 'linear',
      min: 0,
    },
    models,
    groups: orderers.map((orderer) => ({
      id: orderer,
      name: titleOf(orderer),
      bandLabel: what === 'pointing' ? '95 % Wilson interval' : bootstrap,
      barOf(model) {
        const found = scored.find((one) => one.model.id === model.id && one.orderer === orderer)
        const estimate = found?.[what]
        if (!found || !estimate) return undefined
        const n = what === 'pointing' ? (found.pointing?.of ?? 0) : found.images.length
        return { value: estimate.value, interval: estimate.interval, n, key: pointKey(what, orderer) }
      },
    })),
    notes: [],
  })
}

interface Lines {
  id: string
  title: string
  x: FigureSpec['x']
  y: FigureSpec['y']
  notes: string[]
  alt: string
  values: (one: Scored) => { x: number; estimate: Estimate; place: number }[]
  what: string
  /** All of the study: each has the same colour in every figure. */
  orderers: readonly Orderer[]
}

const linesOf = (scored: readonly Scored[], { values, what, orderers, ...spec }: Lines): FigureSpec => ({
  ...spec,
  kind: 'lines',
  series: scored.map((one) => ({
    id: one.orderer,
    name: titleOf(one.orderer),
    slot: orderers.indexOf(one.orderer),
    origin: 'measured',
    symbols: false,
    bandLabel: bootstrap,
    points: values(one).map(({ x, estimate: { value, interval }, place }): Point => ({
      x,
      y: value,
      ...(interval ? { lo: interval.lo, hi: interval.hi } : {}),
      n: one.images.length,
      ref: formatCellRef({ modelId: one.model.id, key: pointKey(what, one.orderer, place) }),
    })),
  })),
  references: [],
  spans: [],
})

/** Probability of the class against the share of pixels that are removed or inserted, for one model. */
export const curveFigure = (
  what: 'deletion' | 'insertion',
  model: StoredModel,
  scored: readonly Scored[],
  orderers: readonly Orderer[],
  { steps }: MapScoreParams,
): FigureSpec => {
  const verb = what === 'deletion' ? 'removed' : 'inserted'
  return linesOf(scored, {
    id: `${what}-${model.id}`,
    title: `${what === 'deletion' ? 'Deletion' : 'Insertion'}, ${model.title}`,
    x: { label: `Pixels ${verb}`, unit: 'percent', scale: 'linear', min: 0, max: 1 },
    y: { label: 'Probability of the class', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    ...{ what, orderers },
    values: (one) => one[`${what}Curve`].map((estimate, place) => ({ x: place / steps, estimate, place })),
    notes: [
      what === 'deletion'
        ? 'Pixels become the mean colour of the preprocessing, those with the largest values of the map first.'
        : 'Pixels of the image replace those of the blurred image, those with the largest values of the map first.',
    ],
    alt: `Probability of the class of ${model.title} while pixels are ${verb} in the order of each map.`,
  })
}

/** What the networks of the sanity check are called. */
export const stageTitle = (stage: number, cascade: number): string =>
  stage === 0
    ? 'trained'
    : stage === 1
      ? 'last layer'
      : stage === cascade
        ? 'all layers'
        : `${Math.round((100 * (stage - 1)) / (cascade - 1))} % of the layers`

/** Rank correlation of maps with those of randomised networks, for one model. */
export const sanityFigure = (
  model: StoredModel,
  scored: readonly Scored[],
  orderers: readonly Orderer[],
  { cascade }: MapScoreParams,
): FigureSpec =>
  linesOf(
    scored.filter(({ orderer }) => !isControl(orderer)),
    {
      id: `sanity-${model.id}`,
      title: `Sanity check, ${model.title}`,
      x: {
        label: 'Random weights',
        unit: 'none',
        scale: 'category',
        categories: Array.from({ length: cascade + 1 }, (_, stage) => stageTitle(stage, cascade)),
      },
      y: { label: 'Rank correlation with the map', unit: 'none', scale: 'linear', min: -1, max: 1 },
      ...{ what: 'sanity', orderers },
      values: ({ sanity }) =>
        sanity.length === 0
          ? []
          : [{ value: 1, interval: null }, ...sanity].map((estimate, place) => ({
              x: place,
              estimate,
              place,
            })),
      notes: [
        'A map that depends on what the network learned is no longer like the trained one when weights are random.',
      ],
      alt: `Rank correlation of the maps of ${model.title} with those of networks whose last layers have random weights.`,
    },
  )
