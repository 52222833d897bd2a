import { formatCellRef } from '#shared/cellRef.ts'
import type { DataTable, KeyNumber } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import {
  contributionAreas,
  contributionPicture,
  contributionThresholds,
} from '#shared/maths/receptiveField.ts'
import type { StoredModel } from '../../../models/index.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import type { StoredField } from './measure.ts'
import { pointKey, shares } from './point.ts'

/** The field of a model. */
export interface ModelField extends StoredField {
  model: StoredModel
}

/**
 * The area that holds a share of all contributions, against the share. The line of a large field rises early.
 */
export function areaFigure(fields: ModelField[]): FigureSpec {
  return {
    id: 'areas',
    kind: 'lines',
    title: 'High-contribution area',
    x: { label: 'Share of the contributions', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    y: { label: 'Area of the square', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    series: fields.map(({ model, map, images }, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: false,
      points: contributionAreas(map, model.preprocessing.size, { thresholds: shares }).map(
        ({ threshold, ratio }) => ({
          x: threshold,
          y: ratio,
          n: images,
          ref: formatCellRef({ modelId: model.id, key: pointKey(threshold) }),
        }),
      ),
    })),
    references: [],
    spans: [],
    notes: ['Smallest centred square that holds a share of all contributions, over the area of the input.'],
    alt: `Area of the smallest centred square against the share of contributions it holds, for ${fields.map(({ model }) => model.title).join(', ')}.`,
  }
}

/**
 * The field as a picture: log10(9 x + 1) of the contributions divided by the largest, as RepLKNet plots it.
 */
export function fieldFigure({ model, map, images }: ModelField): FigureSpec {
  const [rows, columns] = model.preprocessing.size
  return {
    id: `field-${model.id}`,
    kind: 'heatmap',
    title: `Effective receptive field of ${model.title}`,
    x: { label: 'Column', unit: 'pixels', scale: 'category' },
    y: { label: 'Row', unit: 'pixels', scale: 'category' },
    series: [],
    references: [],
    spans: [],
    cells: {
      rows: new Array<string>(rows).fill(''),
      columns: new Array<string>(columns).fill(''),
      values: [...contributionPicture(map)],
      map: 'sequential',
      label: 'log10(9 x + 1)',
    },
    notes: [`Mean over ${images} images; x: contribution over the largest of them.`],
    alt: `Where the centre of the feature map of ${model.title} takes its input from.`,
  }
}

/** The area that holds nearly all contributions, as RepLKNet's table ends with. */
export function keyOf(fields: ModelField[]): KeyNumber | null {
  const threshold = contributionThresholds.at(-1) ?? 1
  return keyNumber(
    `Area of ${Math.round(100 * threshold)} % of the contributions`,
    'fraction',
    fields.map(({ model, map, images }) => ({
      modelId: model.id,
      value: contributionAreas(map, model.preprocessing.size, { thresholds: [threshold] })[0]?.ratio,
      n: images,
    })),
  )
}

const definitions = { contribution: 'of the contributions', published: 'as published' } as const

/** Areas at the thresholds of RepLKNet's table, under both definitions. */
export function areaTable(fields: ModelField[]): DataTable {
  return {
    id: 'areas',
    title: 'High-contribution area',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'definition', title: 'Definition', kind: 'text' },
      { key: 'images', title: 'Images', kind: 'integer' },
      ...contributionThresholds.map((t) => ({
        key: `t${t}`,
        title: `t = ${Math.round(100 * t)} %`,
        kind: 'fraction' as const,
      })),
      ...contributionThresholds.map((t) => ({
        key: `side${t}`,
        title: `Side, t = ${Math.round(100 * t)} %`,
        kind: 'integer' as const,
      })),
    ],
    rows: fields.flatMap(({ model, map, images }) =>
      (['contribution', 'published'] as const).map((definition) => {
        const areas = contributionAreas(map, model.preprocessing.size, { definition })
        const at = (threshold: number) => areas.find((area) => area.threshold === threshold)
        return {
          model: model.title,
          definition: definitions[definition],
          images,
          ...Object.fromEntries(contributionThresholds.map((t) => [`t${t}`, at(t)?.ratio ?? null])),
          ...Object.fromEntries(contributionThresholds.map((t) => [`side${t}`, at(t)?.side ?? null])),
        }
      }),
    ),
  }
}
