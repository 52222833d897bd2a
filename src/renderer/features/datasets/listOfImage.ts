import type { RouteLocationResolved } from 'vue-router'
import { filterFromQuery, filterToQuery, orderFromQuery, orderToQuery } from './filter/filterQuery.ts'

type Address = Pick<RouteLocationResolved, 'params' | 'query'> & { name?: unknown }

/** The study a page is about, as text; an image's page may name one beside its dataset. */
const studyOf = ({ name, params, query }: Address) =>
  String(name).startsWith('study') ? params['id'] : query['study']

/** The dataset, filter and order a page shows, as one text. */
function rowsOf({ name, params, query }: Address): string {
  const dataset = name === 'dataset' ? params['id'] : query['dataset']
  const order = orderToQuery(orderFromQuery(query)) ?? ''
  return JSON.stringify([dataset ?? '', filterToQuery(filterFromQuery(query)), order])
}

/**
 * Whether an image at `image` is looked at as one of the list at `list`: of the same study, or of the same dataset under
 * the same filter and in the same order. An image that was opened from elsewhere has neighbours of its own.
 */
export function isListOf(list: Address, image: Address): boolean {
  const study = studyOf(image)
  return list.name === 'dataset'
    ? image.name === 'image' && rowsOf(list) === rowsOf(image)
    : study !== undefined && studyOf(list) === study
}
