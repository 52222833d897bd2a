import type { Recognised } from './datasetKinds.ts'

/** A version of a set: a folder with class folders of its own. */
export interface ClassSetPart {
  id: string
  title: string
  /** What the name of its folder holds. */
  named: RegExp
}

/** A published set of other images of ImageNet's classes, in class folders, that is scored by top-1 over all classes. */
export interface ClassSet {
  id: Recognised
  title: string
  /** What it holds, for lists of studies. */
  description: string
  source: string
  /** Names of class folders: WordNet ids, or class indices from 0 to 999. */
  folders: 'wnid' | 'index'
  /** What the name of its folder, or of the folder above the class folders, holds. */
  named: RegExp
  /** What the names of its images look like, where that tells the set. */
  files?: RegExp
  /** Its versions; "any" where each folder of class folders is one. Left out = it has one. */
  parts?: readonly ClassSetPart[] | 'any'
  /** Number of images of the published set, of each version where it has versions; null where that is not known. */
  images: number | null
  /** Number of images of each class, where it is the same for all. */
  perClass?: number
}

/** The sets, as data. Numbers of images and names of folders are those of the authors. */
export const classSets = [
  {
    id: 'imagenet-v2',
    title: 'ImageNet-V2',
    description:
      'New photographs of the 1000 classes, collected like the validation images, in three versions.',
    source: 'Recht et al. 2019, Do ImageNet Classifiers Generalize to ImageNet?; modestyachts/ImageNetV2',
    folders: 'index',
    named: /imagenet[-_ ]?v2/i,
    parts: [
      { id: 'matched-frequency', title: 'MatchedFrequency', named: /matched[-_ ]?frequency|v2-b-\d/i },
      { id: 'threshold-0.7', title: 'Threshold0.7', named: /threshold[-_ ]?0\.?7|v2-a-\d/i },
      { id: 'top-images', title: 'TopImages', named: /top[-_ ]?images|v2-c-\d/i },
    ],
    images: 10_000,
    perClass: 10,
  },
  {
    id: 'imagenet-sketch',
    title: 'ImageNet-Sketch',
    description: 'Black and white drawings of the 1000 classes.',
    source:
      'Wang et al. 2019, Learning Robust Global Representations by Penalizing Local Predictive Power; HaohanWang/ImageNet-Sketch',
    folders: 'wnid',
    named: /imagenet[-_ ]?sketch|^sketch$/i,
    files: /^sketch_\d+\.JPEG$/i,
    images: 50_889,
  },
  {
    id: 'imagenet-stylized',
    title: 'Stylized ImageNet',
    description: 'Validation images in the style of paintings: shape is kept, texture is not.',
    source:
      'Geirhos et al. 2019, ImageNet-trained CNNs are biased towards texture; rgeirhos/Stylized-ImageNet',
    folders: 'wnid',
    named: /stylized/i,
    images: 50_000,
    perClass: 50,
  },
  {
    id: 'imagenet-e',
    title: 'ImageNet-E',
    description: 'Validation images with edited background, size, position or direction of the object.',
    source:
      'Li et al. 2023, ImageNet-E: Benchmarking Neural Network Robustness via Attribute Editing; alibaba/easyrobust',
    folders: 'wnid',
    named: /imagenet[-_ ]?e(?![a-z])/i,
    parts: 'any',
    images: null,
  },
  {
    id: 'imagenet-hard',
    title: 'ImageNet-Hard',
    description:
      'Images of other sets of ImageNet’s classes that models of their time got wrong, in class folders.',
    source: 'Taesiri et al. 2023, ImageNet-Hard; class folders of one label an image',
    folders: 'wnid',
    named: /imagenet[-_ ]?hard/i,
    images: null,
  },
] as const satisfies readonly ClassSet[]

export type ClassSetId = (typeof classSets)[number]['id']

/** The id of the only part of a set without versions. */
export const wholeSet = 'set'
