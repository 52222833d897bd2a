import type { DatasetKind } from './kind.ts'
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

/** The fine classes of CIFAR-100 in the order of their indices. */
export const cifar100Classes: readonly string[] = [
  'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly',
  'camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile',
  'cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp',
  'lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom',
  'oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine',
  'possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake',
  'spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor',
  'train trout tulip turtle wardrobe whale willow_tree wolf woman worm',
].flatMap((line) => line.split(' '))

/** 10 or 100 where these are all classes of CIFAR-10 or CIFAR-100, else null. */
export function cifarOf(classes: readonly string[]): 10 | 100 | null {
  const equal = (known: readonly string[]) =>
    classes.length === known.length && classes.every((name, index) => name === known[index])
  return equal(cifar10Classes) ? 10 : equal(cifar100Classes) ? 100 : null
}

/** CIFAR-10 or CIFAR-100 in class folders. */
export const cifarFolders = {
  recognises: ['cifar-10', 'cifar-100'],
  recognise: async (reader) => {
    const { folders } = await reader.at()
    const found = cifarOf(folders)
    if (found === null) return null
    return {
      kind: 'folders',
      recognised: `cifar-${found}`,
      reason: `The ${found} class folders of CIFAR-${found}.`,
      classes: folders,
      labelsPath: null,
      expected: {
        images: 10000,
        parts: [],
        classes: found === 10 ? cifar10Classes : cifar100Classes,
        perClass: 10000 / found,
      },
      videos: false,
      placeOf: topFolderIn(folders),
    }
  },
} as const satisfies DatasetKind
