/** A kind of dataset, and what it is good for. */
export interface DatasetKindEntry {
  id: string
  /** Holds plain photographs of its classes: clean accuracy is measured on it, and distortions are made of it. */
  ordinary?: true
  /** Its images are cropped already, or have no border to lose: they are not cropped again. */
  cropped?: true
  /** Its parts are sequences of frames, of different lengths. */
  frames?: true
}

/**
 * Every kind that a folder can be recognised as, by structure and names. What recognises it is a file in the engine's
 * `datasets/kinds/`. The sample's suites are laid out like their originals.
 */
export const datasetKinds = [
  { id: 'imagenet-val', ordinary: true },
  { id: 'imagenet-a' },
  { id: 'imagenet-r' },
  { id: 'imagenet-o' },
  { id: 'imagenet-c', cropped: true },
  { id: 'imagenet-p', cropped: true, frames: true },
  { id: 'imagenet-9', cropped: true },
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

const those = (of: 'ordinary' | 'cropped' | 'frames'): readonly Recognised[] =>
  entries.filter((entry) => entry[of]).map(({ id }) => id)

export const ordinaryKinds = those('ordinary')
export const croppedKinds = those('cropped')
export const frameKinds = those('frames')
