import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { FactOf, ImageFilter, ImageOrder } from '#shared/contract/index.ts'
import { changeName } from '#shared/changedModel.ts'
import { modelOfText, modelText } from '#shared/factText.ts'
import { filterFromText, filterKeys, filterToText } from '#shared/filterText.ts'

/** Writes a filter as parts of an address (shared/filterText.ts). */
export const filterToQuery = (filter: ImageFilter): LocationQueryRaw => ({ ...filterToText(filter) })

const textOf = (query: LocationQuery, name: string) => {
  const value = query[name]
  return typeof value === 'string' ? value : ''
}

export const filterFromQuery = (query: LocationQuery): ImageFilter =>
  filterFromText(Object.fromEntries(filterKeys.map((key) => [key, textOf(query, key)])))

export const isEmptyFilter = (filter: ImageFilter) => Object.keys(filterToText(filter)).length === 0

export const orderNames: Record<ImageOrder['by'], string> = {
  place: 'Order of the files',
  shuffled: 'Shuffled',
  bytes: 'File size',
  pixels: 'Pixels',
  confidence: 'Confidence',
  trueProbability: 'Probability of the true class',
  margin: 'Margin',
  trueMargin: 'Margin of the true class',
  rank: 'Rank of the true class',
}
const ofModels = new Set<ImageOrder['by']>(['confidence', 'trueProbability', 'margin', 'trueMargin', 'rank'])
export const needsModel = (by: ImageOrder['by']) => ofModels.has(by)

/** A seed of a shuffled order, other than the one before. */
export function randomSeed(before = 0): number {
  const seed = 1 + Math.floor(Math.random() * 9999)
  return seed === before ? seed + 1 : seed
}

/** "1", "1:17" under a condition, "1~without-3-7:17" for a changed model. */
export const factToText = (shownFact: FactOf) =>
  shownFact.conditionId === undefined
    ? modelText(shownFact)
    : `${modelText(shownFact)}:${shownFact.conditionId}`

function factFromText(text: string): FactOf | null {
  const [, whole = '', condition] = /^(\d+(?:~[^:]+)?)(?::(\d+))?$/.exec(text) ?? []
  const { model, changed } = modelOfText(whole)
  if (Number(model) === 0 || (changed !== undefined && !changeName.safeParse(changed).success)) return null
  return {
    modelId: Number(model),
    ...(changed === undefined ? {} : { changed }),
    ...(condition ? { conditionId: Number(condition) } : {}),
  }
}

/**
 * Writes an order as by, direction, model and condition: "confidence:down:1", a shuffled one with its seed:
 * "shuffled:up:7". The order of the files is the default and
 * is not written.
 */
export function orderToQuery({ by, fact, seed = 0, descending }: ImageOrder): string | undefined {
  if (by === 'place' && !descending) return undefined
  if (by === 'shuffled') return `shuffled:${descending ? 'down' : 'up'}:${seed}`
  return [by, descending ? 'down' : 'up', ...(fact ? [factToText(fact)] : [])].join(':')
}

export function orderFromQuery(query: LocationQuery): ImageOrder {
  const [name, way, ...rest] = textOf(query, 'order').split(':')
  const by = (Object.keys(orderNames) as ImageOrder['by'][]).find((key) => key === name) ?? 'place'
  if (by === 'shuffled') {
    const seed = /^\d{1,9}$/.test(rest[0] ?? '') ? Number(rest[0]) : 0
    return { by, seed, descending: way === 'down' }
  }
  const fact = factFromText(rest.join(':'))
  if (needsModel(by) && !fact) return { by: 'place', descending: false }
  return { by, descending: way === 'down', ...(fact ? { fact } : {}) }
}

/** Reads the shown facts from "1,2:17,1~without-3-7"; null where the address has none. */
export function shownFactsFromQuery(query: LocationQuery): FactOf[] | null {
  // Addresses from before schema 4 have `look`.
  const text = textOf(query, 'facts') || textOf(query, 'look')
  if (text === '') return null
  return text.split(',').flatMap((item) => factFromText(item) ?? [])
}

export const shownFactsToQuery = (shownFacts: readonly FactOf[]) =>
  shownFacts.map(factToText).join(',') || '-'
