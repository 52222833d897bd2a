import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { ImageFilter } from '#shared/contract/index.ts'

/**
 * A filter as part of an address, and back. class=3, part=fog/3, q=dog, readable=0, outcome=1:correct,2:wrong:17 (model, outcome,
 * condition where it is not the clean one), confidence=1:0.5-0.9. What cannot be read is left out.
 */
export function filterToQuery(filter: ImageFilter): LocationQueryRaw {
  const query: LocationQueryRaw = {}
  if (filter.classIndex !== undefined) query.class = String(filter.classIndex)
  if (filter.part !== undefined) query.part = filter.part
  if (filter.search) query.q = filter.search
  if (filter.readable !== undefined) query.readable = filter.readable ? '1' : '0'
  if (filter.outcomes?.length) {
    query.outcome = filter.outcomes
      .map(({ modelId, outcome, conditionId }) =>
        [modelId, outcome, ...(conditionId ? [conditionId] : [])].join(':'),
      )
      .join(',')
  }
  if (filter.confidence) {
    const { modelId, min, max, conditionId } = filter.confidence
    query.confidence = [modelId, `${min}-${max}`, ...(conditionId ? [conditionId] : [])].join(':')
  }
  return query
}

export function filterFromQuery(query: LocationQuery): ImageFilter {
  const text = (name: string) => {
    const value = query[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  const filter: ImageFilter = {}
  const classIndex = text('class')
  if (classIndex !== null && /^\d+$/.test(classIndex)) filter.classIndex = Number(classIndex)
  const part = text('part')
  if (part) filter.part = part
  const search = text('q')
  if (search) filter.search = search
  const readable = text('readable')
  if (readable) filter.readable = readable === '1'
  const outcomes = (text('outcome') ?? '').split(',').flatMap((part) => {
    const found = /^(\d+):(correct|wrong)(?::(\d+))?$/.exec(part)
    if (!found) return []
    const outcome = found[2] === 'correct' ? ('correct' as const) : ('wrong' as const)
    return [{ modelId: Number(found[1]), outcome, ...(found[3] ? { conditionId: Number(found[3]) } : {}) }]
  })
  if (outcomes.length > 0) filter.outcomes = outcomes
  const confidence = /^(\d+):([\d.]+)-([\d.]+)(?::(\d+))?$/.exec(text('confidence') ?? '')
  if (confidence) {
    const [min, max] = [Number(confidence[2]), Number(confidence[3])]
    if (min >= 0 && max <= 1 && min <= max) {
      const condition = confidence[4] ? { conditionId: Number(confidence[4]) } : {}
      filter.confidence = { modelId: Number(confidence[1]), min, max, ...condition }
    }
  }
  return filter
}

export const isEmptyFilter = (filter: ImageFilter) => Object.keys(filterToQuery(filter)).length === 0
