import { changeNameOf, rewriteOfChange } from './changedModel.ts'
import { imageFilter, type FactOf, type ImageFilter } from './contract/index.ts'
import { modelOfText, modelText } from './factText.ts'

/**
 * A filter as named texts, for addresses and the command line. Commas separate the entries of a list, ".." the ends of
 * a range. A value of a model is "MODEL:VALUE", or "MODEL:VALUE:CONDITION" under a stored condition. A changed model is
 * "MODEL~CHANGE" (shared/changedModel.ts). Examples:
 * class=3,7  part=fog/3  q=dog  readable=0  error=IMAGE_UNREADABLE  width=100..  tag=dark  noted=1  subset=4
 * outcome=1:correct,2:wrong:17  confidence=1:0.5..0.9  rank=1:2..5  predicted=1:3+8  flip=1:lost:17
 * flip=1~without-3-7:lost  outcome=1~kernels-5:wrong
 * disagree=class:1+2  (class or outcome, models, then ":all" where every pair must differ, then ":CONDITION")
 */
export type FilterText = Partial<Record<FilterKey, string>>

export const filterKeys = [
  'class',
  'part',
  'q',
  'readable',
  'error',
  'width',
  'height',
  'bytes',
  'tag',
  'noted',
  'subset',
  'outcome',
  'confidence',
  'trueProbability',
  'margin',
  'trueMargin',
  'rank',
  'predicted',
  'flip',
  'disagree',
] as const
export type FilterKey = (typeof filterKeys)[number]

const escape = (text: string) => text.replace(/[%,+:]/g, (sign) => encodeURIComponent(sign))
const list = (items: readonly (string | number)[] | undefined) =>
  items === undefined ? undefined : items.map((item) => escape(String(item))).join(',')

type Range = { min?: number | undefined; max?: number | undefined }
const range = ({ min, max }: Range) => `${min ?? ''}..${max ?? ''}`
const withFact = (of: FactOf, value: string) =>
  [modelText(of), value, ...(of.conditionId === undefined ? [] : [of.conditionId])].join(':')
const facts = <T extends FactOf>(items: readonly T[] | undefined, value: (item: T) => string) =>
  items === undefined || items.length === 0
    ? undefined
    : items.map((item) => withFact(item, value(item))).join(',')

/** Writes a filter as named texts. */
export function filterToText(filter: ImageFilter): FilterText {
  const { disagreement: d, flips } = filter
  const text: Record<FilterKey, string | undefined> = {
    class: list(filter.classes),
    part: list(filter.parts),
    q: filter.search || undefined,
    readable: filter.readable === undefined ? undefined : filter.readable ? '1' : '0',
    error: list(filter.errors),
    width: filter.width && range(filter.width),
    height: filter.height && range(filter.height),
    bytes: filter.bytes && range(filter.bytes),
    tag: list(filter.tags),
    noted: filter.noted === undefined ? undefined : filter.noted ? '1' : '0',
    subset: filter.subsetId === undefined ? undefined : String(filter.subsetId),
    outcome: facts(filter.outcomes, ({ outcome }) => outcome),
    confidence: facts(filter.confidence, range),
    trueProbability: facts(filter.trueProbability, range),
    margin: facts(filter.margin, range),
    trueMargin: facts(filter.trueMargin, range),
    rank: facts(filter.rank, range),
    predicted: facts(filter.predicted, ({ classes }) => classes.join('+')),
    flip: facts(flips, ({ flip }) => flip),
    disagree:
      d &&
      [
        d.about,
        d.modelIds.join('+'),
        ...(d.how === 'all' ? ['all'] : []),
        ...(d.conditionId ? [d.conditionId] : []),
      ].join(':'),
  }
  return Object.fromEntries(Object.entries(text).filter(([, value]) => value !== undefined && value !== ''))
}

/** Reads a filter from named texts. Texts that cannot be read are left out, and their keys are passed to `onBad`. */
export function filterFromText(text: FilterText, onBad: (key: FilterKey) => void = () => {}): ImageFilter {
  let filter: ImageFilter = {}
  for (const key of filterKeys) {
    const value = text[key]
    if (value === undefined || value === '') continue
    const parsed = imageFilter.safeParse(readers[key](value))
    if (parsed.success) filter = { ...filter, ...parsed.data }
    else onBad(key)
  }
  return filter
}

const items = (text: string) => text.split(',').filter((item) => item !== '')
const unescaped = (text: string) => items(text).map(decoded)
const numbers = (text: string, separator = ',') => text.split(separator).map(Number)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Reads "0.5..0.9", "..5", "3..", and "0.5-0.9" of older addresses. Any other text gives NaN, which is refused. */
function rangeOf(text: string): Range {
  const found =
    /^(-?[\d.]*?(?:e-?\d+)?)\.\.(-?[\d.]*(?:e-?\d+)?)$/.exec(text) ?? /^([\d.]+)-([\d.]+)$/.exec(text)
  if (!found) return { min: Number.NaN }
  const [, min, max] = found
  return { ...(min ? { min: Number(min) } : {}), ...(max ? { max: Number(max) } : {}) }
}

/** "1:VALUE:17" or "1~CHANGE:VALUE:17" → model, change, value, condition. */
function factsOf(text: string, value: (text: string) => object): object[] {
  return items(text).map((item) => {
    const [model = '', middle = '', condition] = item.split(':')
    return {
      ...modelOf(model),
      ...value(middle),
      ...(condition === undefined ? {} : { conditionId: Number(condition) }),
    }
  })
}

/** "1~without-7-3" → model and change; blocks may be in any order. */
function modelOf(text: string): object {
  const { model, changed } = modelOfText(text)
  const rewrite = changed === undefined ? null : rewriteOfChange(changed)
  return {
    modelId: Number(model),
    ...(changed === undefined ? {} : { changed: (rewrite && changeNameOf(rewrite)) ?? changed }),
  }
}

function disagreementOf(text: string): object {
  const [about, models = '', ...rest] = text.split(':')
  const condition = rest.find((part) => part !== 'all')
  return {
    about,
    modelIds: numbers(models, '+'),
    how: rest.includes('all') ? 'all' : 'some',
    ...(condition === undefined ? {} : { conditionId: Number(condition) }),
  }
}

const readers: Record<FilterKey, (text: string) => object> = {
  class: (text) => ({ classes: numbers(text) }),
  part: (text) => ({ parts: unescaped(text) }),
  q: (text) => ({ search: text }),
  readable: (text) => ({ readable: text === '1' }),
  error: (text) => ({ errors: unescaped(text) }),
  width: (text) => ({ width: rangeOf(text) }),
  height: (text) => ({ height: rangeOf(text) }),
  bytes: (text) => ({ bytes: rangeOf(text) }),
  tag: (text) => ({ tags: unescaped(text) }),
  noted: (text) => ({ noted: text === '1' }),
  subset: (text) => ({ subsetId: Number(text) }),
  outcome: (text) => ({ outcomes: factsOf(text, (outcome) => ({ outcome })) }),
  confidence: (text) => ({ confidence: factsOf(text, (r) => ({ min: 0, max: 1, ...rangeOf(r) })) }),
  trueProbability: (text) => ({ trueProbability: factsOf(text, (r) => ({ min: 0, max: 1, ...rangeOf(r) })) }),
  margin: (text) => ({ margin: factsOf(text, (r) => ({ min: 0, max: 1, ...rangeOf(r) })) }),
  trueMargin: (text) => ({ trueMargin: factsOf(text, (r) => ({ min: -1, max: 1, ...rangeOf(r) })) }),
  rank: (text) => ({ rank: factsOf(text, (r) => ({ min: 1, max: 65_535, ...rangeOf(r) })) }),
  predicted: (text) => ({ predicted: factsOf(text, (classes) => ({ classes: numbers(classes, '+') })) }),
  flip: (text) => ({ flips: factsOf(text, (flip) => ({ flip })) }),
  disagree: (text) => ({ disagreement: disagreementOf(text) }),
}
