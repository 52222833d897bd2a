import type { FactOf, ImageFilter } from '#shared/contract/index.ts'
import { factOnly } from '#shared/factText.ts'
import { withFact, without } from './filterChange.ts'

/** One part of a filter in words, and the filter without that part. */
export interface Chip {
  key: string
  text: string
  rest: ImageFilter
}

export interface FilterTitles {
  classOf: (index: number) => string
  shownFact: (shownFact: FactOf) => string
  predicted: (modelId: number, output: number) => string
  subset: (id: number) => string
  bytes: (value: number) => string
}

const few = (items: readonly string[]) =>
  items.length <= 2 ? items.join(' or ') : `${items[0]} or ${items.length - 1} others`

const between = (
  { min, max }: { min?: number | undefined; max?: number | undefined },
  write: (v: number) => string,
) =>
  min === undefined
    ? `up to ${write(max ?? 0)}`
    : max === undefined
      ? `from ${write(min)}`
      : min === max
        ? write(min)
        : `${write(min)} to ${write(max)}`

const short = (value: number) => String(Number(value.toPrecision(3)))
const outcomes = { correct: 'right', wrong: 'wrong', unjudged: 'not judged', missing: 'not measured' }
const flips = {
  lost: 'right to wrong',
  gained: 'wrong to right',
  both: 'flipped',
  kept: 'right both times',
  never: 'wrong both times',
}

/** The parts of a filter, in the order in which they are shown. */
export function chipsOf(filter: ImageFilter, names: FilterTitles): Chip[] {
  const chips: Chip[] = []
  const add = (key: string, text: string, rest: ImageFilter) => chips.push({ key, text, rest })
  const drop = (key: keyof ImageFilter) => without({ ...filter, [key]: undefined })
  if (filter.subsetId !== undefined)
    add('subset', `Subset ${names.subset(filter.subsetId)}`, drop('subsetId'))
  if (filter.classes) add('classes', few(filter.classes.map(names.classOf)), drop('classes'))
  if (filter.parts) add('parts', few(filter.parts), drop('parts'))
  if (filter.search) add('search', `Name has “${filter.search}”`, drop('search'))
  if (filter.readable !== undefined)
    add('readable', filter.readable ? 'Readable' : 'Not readable', drop('readable'))
  if (filter.errors) add('errors', few(filter.errors.map((code) => code.toLowerCase())), drop('errors'))
  const px = (value: number) => `${value} px`
  if (filter.width) add('width', `Width ${between(filter.width, px)}`, drop('width'))
  if (filter.height) add('height', `Height ${between(filter.height, px)}`, drop('height'))
  if (filter.bytes) add('bytes', `Size ${between(filter.bytes, names.bytes)}`, drop('bytes'))
  for (const tag of filter.tags ?? []) {
    const tags = filter.tags?.filter((other) => other !== tag)
    add(`tag ${tag}`, `Tagged ${tag}`, without({ ...filter, tags: tags?.length ? tags : undefined }))
  }
  if (filter.noted !== undefined) add('noted', filter.noted ? 'With a note' : 'Without a note', drop('noted'))
  for (const item of filter.outcomes ?? [])
    add(
      `outcome ${names.shownFact(item)}`,
      `${names.shownFact(item)} ${outcomes[item.outcome]}`,
      withFact(filter, 'outcomes', factOnly(item), undefined),
    )
  for (const [key, word] of [
    ['confidence', 'confidence'],
    ['trueProbability', 'true class'],
    ['margin', 'margin'],
    ['trueMargin', 'true margin'],
    ['rank', 'rank'],
  ] as const) {
    for (const item of filter[key] ?? [])
      add(
        `${key} ${names.shownFact(item)}`,
        `${names.shownFact(item)} ${word} ${between(item, short)}`,
        withFact(filter, key, factOnly(item), undefined),
      )
  }
  for (const item of filter.predicted ?? [])
    add(
      `predicted ${names.shownFact(item)}`,
      `${names.shownFact(item)} says ${few(item.classes.map((k) => names.predicted(item.modelId, k)))}`,
      withFact(filter, 'predicted', factOnly(item), undefined),
    )
  for (const item of filter.flips ?? [])
    add(
      `flip ${names.shownFact(item)}`,
      `${names.shownFact(item)}: ${flips[item.flip]}`,
      withFact(filter, 'flips', factOnly(item), undefined),
    )
  const d = filter.disagreement
  if (d)
    add(
      'disagreement',
      `${d.modelIds.map((modelId) => names.shownFact({ modelId })).join(', ')} ${d.about === 'class' ? (d.how === 'all' ? 'all predict different classes' : 'predict different classes') : 'disagree'}`,
      drop('disagreement'),
    )
  return chips
}
