import type { Recogniser } from './kind.ts'
import { topFolderIn } from './folders.ts'

export const cifar10Classes: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
]

/** CIFAR-10 unpacked into class folders. */
export const cifarFolders: Recogniser = async (look) => {
  const { folders } = await look.at()
  if (folders.length !== 10 || folders.some((name, index) => name !== cifar10Classes[index])) return null
  return {
    kind: 'folders',
    recognised: 'cifar-10',
    reason: 'The ten class folders of CIFAR-10.',
    classes: folders,
    labelsPath: null,
    expected: { images: 10000, parts: [], classes: cifar10Classes },
    videos: false,
    placeOf: topFolderIn(folders),
  }
}
