import type { RouteLocationResolved } from 'vue-router'
import { filterFromQuery, filterToQuery, orderFromQuery, orderToQuery } from './filter/filterQuery.ts'

type Address = Pick<RouteLocationResolved, 'params' | 'query'> & { name?: unknown }

/** The study of a page, as text. The page of an image may name one beside its dataset. */
const studyOf = ({ name, params, query }: Address) =>
  String(name).startsWith('study') ? params['id'] : query['study']

/** The dataset, filter and order of a page, as one text. */
function rowsOf({ name, params, query }: Address): string {
  const dataset = name === 'dataset' ? params['id'] : query['dataset']
  const order = orderToQuery(orderFromQuery(query)) ?? ''
  return JSON.stringify([dataset ?? '', filterToQuery(filterFromQuery(query)), order])
}

/**
 * Whether the image page at `image` belongs to the list at `list`: same study, or same dataset, filter and order. The
 * image of another list has other neighbours.
 */
export function isListOf(list: Address, image: Address): boolean {
  const study = studyOf(image)
  return list.name === 'dataset'
    ? image.name === 'image' && rowsOf(list) === rowsOf(image)
    : study !== undefined && studyOf(list) === study
}
