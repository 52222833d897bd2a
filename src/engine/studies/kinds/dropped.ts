import { droppedPatches, patchGrid } from '#shared/transforms/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Axis, StudyWarning } from '../definition/index.ts'

/** Number of patches of a model's input, and how many of them a share in per cent drops. */
export function droppedOf(
  { preprocessing: { size } }: Pick<StoredModel, 'preprocessing'>,
  patch: number,
  percent: number,
): { dropped: number; patches: number } {
  const patches = patchGrid(patch, size[0], size[1]).total
  return { dropped: droppedPatches(patches, percent), patches }
}

/** A share from 0 to 1 in per cent, with a decimal where it has one: "50 %", "9.7 %". */
export const shareText = (share: number): string => `${Number((100 * share).toFixed(1))} %`

/** The axis of patches that are dropped: the share that really is, of the patches of each model. */
export const droppedAxis: Axis<unknown> = {
  title: () => 'Dropped (%)',
  of: ({ dropped, patches }) => (100 * Number(dropped)) / Number(patches),
  label: (x) => shareText(x / 100),
  hardens: () => true,
}

/** The axis of salient patches: the share of the saliency mass that is lost. */
export const massAxis: Axis<unknown> = {
  title: () => 'Saliency mass lost (%)',
  of: ({ percent }) => Number(percent),
  label: (x) => `${x} %`,
  hardens: () => true,
}

/**
 * Warns of shares that drop no patch or all patches of a model's grid, and of patches that do not divide an input.
 *
 * @param percents shares of the patches that are dropped, in per cent; empty where shares are of something else
 */
export function patchWarnings(
  patch: number,
  percents: readonly number[],
  models: readonly StoredModel[],
): StudyWarning[] {
  const inputs = Map.groupBy(models, ({ preprocessing: { size } }) => size.join(' × '))
  return [...inputs].flatMap(([size, [first, ...others]]) => {
    if (!first) return []
    const [height, width] = first.preprocessing.size
    const { total } = patchGrid(patch, height, width)
    const title = others.length > 0 ? `${first.title} and ${others.length} more` : first.title
    const grid = `the ${size} px input of ${title} has ${total} ${total === 1 ? 'patch' : 'patches'} of ${patch} px`
    const shares = (dropped: number) =>
      percents.filter((percent) => percent > 0 && droppedPatches(total, percent) === dropped)
    const none = shares(0)
    const all = shares(total)
    return [
      ...(none.length > 0
        ? [
            {
              message: `${listed(none)} drops nothing: ${grid}`,
              hint: 'Choose smaller patches or larger shares.',
            },
          ]
        : []),
      ...(all.length > 0
        ? [{ message: `${listed(all)} drops everything: ${grid}`, hint: 'Choose a smaller share.' }]
        : []),
      ...(height % patch === 0 && width % patch === 0
        ? []
        : [
            {
              message: `patches of ${patch} px do not divide the ${size} px input of ${title}: those at the right and bottom are cut`,
              hint: 'Choose a patch size that divides the input.',
            },
          ]),
    ]
  })
}

const listed = (percents: readonly number[]) => percents.map((percent) => `${percent} %`).join(', ')
