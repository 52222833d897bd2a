import type { PlanHead, Unit } from './planSchema.ts'

type Work = PlanHead['work'][number]

/** Fewest images of a unit before its conditions are cut: each image is decoded once for all of them. */
const fewestImages = 32

/** How the work of one model is cut: into groups of conditions, and ranges of images. */
export type Cut = Pick<Work, 'groups' | 'images' | 'secondsPerImage'>

/**
 * Cuts the work of a model into units of about as many seconds as are asked for: into ranges of images, and where 32 images under
 * all conditions take longer, into groups of conditions too.
 *
 * @param costs seconds for an image under each condition, in order
 * @param images of the longest order of images
 * @param how whether images, and whether conditions, may be divided
 */
export function cutWork(
  costs: readonly number[],
  images: number,
  seconds: number,
  how: { images: boolean; conditions: boolean },
): Cut {
  const all = costs.reduce((sum, cost) => sum + cost, 0)
  const groups =
    how.conditions && how.images && all * fewestImages > seconds
      ? grouped(costs, seconds / fewestImages)
      : [[0, costs.length] satisfies [number, number]]
  const secondsPerImage = groups.map(([from, to]) =>
    costs.slice(from, to).reduce((sum, cost) => sum + cost, 0),
  )
  if (!how.images) return { groups, secondsPerImage, images: null }
  const dearest = Math.max(...secondsPerImage)
  // Sums of seconds are not exact.
  const most = dearest > 0 ? Math.floor((seconds / dearest) * (1 + 1e-9)) : images
  const wanted = Math.max(1, Math.min(images, most))
  // The last unit is not to be a small rest.
  const units = Math.max(1, Math.round(images / wanted))
  return { groups, secondsPerImage, images: Math.max(1, Math.ceil(images / units)) }
}

/** Neighbouring conditions, as many as cost at most so much; one at least. */
function grouped(costs: readonly number[], most: number): [number, number][] {
  const groups: [number, number][] = []
  let [from, sum] = [0, 0]
  for (const [place, cost] of costs.entries()) {
    if (place > from && sum + cost > most) {
      groups.push([from, place])
      ;[from, sum] = [place, 0]
    }
    sum += cost
  }
  groups.push([from, costs.length])
  return groups
}

/**
 * Lists the units of a plan, always the same ones: by their first image, then by model, then by conditions. So what is measured
 * first covers all models and conditions over the same images.
 */
export function unitsOf(head: Pick<PlanHead, 'work' | 'sources'>): Unit[] {
  const found = head.work.flatMap((work, place) => {
    const length = Math.max(0, ...sourcesOf(head, work).map(({ images }) => images))
    const step = work.images ?? Math.max(1, length)
    return Array.from({ length: Math.ceil(length / step) }, (_, range) => range * step).flatMap((from) =>
      work.groups.map((conditions, group) => ({
        place,
        unit: measuredUnit(head, work, { conditions, images: [from, Math.min(from + step, length)] }, group),
      })),
    )
  })
  // What ends with no image of any source measures nothing.
  return found
    .filter(({ unit }) => unit.answers > 0)
    .sort(
      (a, b) =>
        a.unit.images[0] - b.unit.images[0] ||
        a.place - b.place ||
        a.unit.conditions[0] - b.unit.conditions[0],
    )
    .map(({ unit }, at) => ({ ...unit, name: String(at + 1) }))
}

/** The sources of a model's conditions, or the study's own where it has none. */
const sourcesOf = (
  { sources }: Pick<PlanHead, 'sources'>,
  { conditions }: Work,
  [from, to]: readonly [number, number] = [0, Infinity],
): { images: number }[] => {
  const own = conditions.slice(from, to).flatMap(({ source }) => sources[source] ?? [])
  return conditions.length > 0 ? own : sources.slice(0, 1)
}

function measuredUnit(
  head: Pick<PlanHead, 'work' | 'sources'>,
  work: Work,
  { conditions, images }: Pick<Unit, 'conditions' | 'images'>,
  group: number,
): Unit {
  const sizes = sourcesOf(head, work, conditions).map((source) => source.images)
  const from = images[0]
  const to = Math.max(from, Math.min(images[1], Math.max(0, ...sizes)))
  const within = sizes.map((size) => Math.max(0, Math.min(size, to) - from))
  const seconds = (work.secondsPerImage[group] ?? 0) * Math.max(0, ...within)
  return {
    name: '',
    modelId: work.modelId,
    title: work.title,
    conditions,
    images: [from, to],
    answers: within.reduce((sum, count) => sum + count, 0),
    seconds,
  }
}

/**
 * The two halves of a unit, named by it with a and b: of its images, and of its conditions where it has one image. null where it
 * cannot be divided.
 */
export function splitUnit(
  head: Pick<PlanHead, 'work' | 'sources' | 'parts'>,
  unit: Unit,
): [Unit, Unit] | null {
  const work = head.work.find(({ modelId }) => modelId === unit.modelId)
  if (work?.images == null) return null
  const [from, to] = unit.images
  const [first, end] = unit.conditions
  const group = Math.max(
    0,
    work.groups.findIndex(([start, stop]) => first >= start && first < stop),
  )
  const half = (letter: string, own: Partial<Pick<Unit, 'conditions' | 'images'>>, share: number): Unit => {
    const made = measuredUnit(head, work, { ...unit, ...own }, group)
    return { ...made, name: `${unit.name}${letter}`, seconds: unit.seconds * share }
  }
  if (to - from > 1) {
    const middle = from + Math.ceil((to - from) / 2)
    const share = (middle - from) / (to - from)
    return [half('a', { images: [from, middle] }, share), half('b', { images: [middle, to] }, 1 - share)]
  }
  if (end - first < 2 || !work.conditionsApart) return null
  const middle = first + Math.ceil((end - first) / 2)
  const share = (middle - first) / (end - first)
  return [
    half('a', { conditions: [first, middle] }, share),
    half('b', { conditions: [middle, end] }, 1 - share),
  ]
}

/** Finds a unit by its name, of a half too; null where the plan has none of that name. */
export function unitNamed(head: Parameters<typeof splitUnit>[0], name: string): Unit | null {
  const [, number = '', letters = ''] = /^([1-9]\d{0,8})([ab]{0,64})$/.exec(name) ?? []
  let unit = unitsOf(head)[Number(number) - 1] ?? null
  for (const letter of letters) unit = (unit && splitUnit(head, unit)?.[letter === 'a' ? 0 : 1]) ?? null
  return unit
}
