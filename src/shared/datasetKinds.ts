/** A kind of dataset, and what it can be used for. */
export interface DatasetKindEntry {
  id: string
  /**
   * Holds plain photographs of its classes. Clean accuracy is measured on them, and corruptions and perturbations are
   * made from them.
   */
  ordinary?: true
  /** Its images are cropped already or have no border to lose, so they are not cropped again. */
  cropped?: true
  /** Pixels at each side of its images that are no part of the photograph and are removed. */
  border?: number
  /** Its parts are sequences of frames. Sequences may differ in length. */
  frames?: true
}

/**
 * Every kind that a folder can be recognised as, by structure and names. The code that recognises a kind is a file in
 * the engine's `datasets/kinds/`. The sample's suites have the layout of the benchmarks they stand for.
 */
export const datasetKinds = [
  { id: 'imagenet-val', ordinary: true },
  { id: 'imagenet-a' },
  { id: 'imagenet-r' },
  { id: 'imagenet-o' },
  { id: 'imagenet-v2' },
  { id: 'imagenet-sketch' },
  { id: 'imagenet-stylized', cropped: true },
  { id: 'imagenet-e' },
  { id: 'imagenet-hard' },
  { id: 'imagenet-c', cropped: true },
  { id: 'imagenet-c-bar', cropped: true },
  { id: 'imagenet-3dcc', cropped: true },
  { id: 'imagenet-p', cropped: true, frames: true },
  { id: 'imagenet-9', cropped: true },
  { id: 'cue-conflict' },
  { id: 'objectnet', border: 2 },
  { id: 'conditions' },
  { id: 'cifar-10', ordinary: true, cropped: true },
  { id: 'cifar-100', ordinary: true, cropped: true },
  { id: 'cifar-10-c', cropped: true },
  { id: 'cifar-100-c', cropped: true },
  { id: 'folders', ordinary: true },
  { id: 'csv', ordinary: true },
  { id: 'unlabelled' },
] as const satisfies readonly DatasetKindEntry[]

export type Recognised = (typeof datasetKinds)[number]['id']

const entries: readonly (DatasetKindEntry & { id: Recognised })[] = datasetKinds

export const recognisedIds: readonly Recognised[] = entries.map(({ id }) => id)

const kindsWith = (of: 'ordinary' | 'cropped' | 'frames'): readonly Recognised[] =>
  entries.filter((entry) => entry[of]).map(({ id }) => id)

export const ordinaryKinds = kindsWith('ordinary')
export const croppedKinds = kindsWith('cropped')
export const frameKinds = kindsWith('frames')

/** Pixels that are removed at each side of the images of a kind. */
export const borderOf = (recognised: Recognised): number =>
  entries.find(({ id }) => id === recognised)?.border ?? 0
