import type { Preprocessing } from './contract/preprocessing.ts'
import { KernelscopeError } from './errors.ts'

/** Mean and standard deviation of the channels of images in [0,1], and where they are from. */
export interface Statistics extends Pick<Preprocessing, 'mean' | 'std'> {
  id: string
  title: string
}

/** Largest size of a mean of values from 0 to 1 that is taken for one; those of values from 0 to 255 are larger. */
const largestMean = 2

/** Whether a mean is of values from 0 to 255, as some frameworks write it, and not of values from 0 to 1. */
export const isOfBytes = (mean: readonly number[]): boolean =>
  mean.some((value) => Math.abs(value) > largestMean)

/** What to do about such a mean. */
export const ofBytesHint = 'Images have values from 0 to 1: divide mean and std by 255.'

/** @throws USAGE where a mean that was given is of values from 0 to 255 */
export function refuseBytes(mean: readonly number[] = []): void {
  if (!isOfBytes(mean)) return
  throw new KernelscopeError('USAGE', `mean ${mean.join(', ')}: of values from 0 to 255`, {
    hint: ofBytesHint,
  })
}

const grey = (value: number): [number, number, number] => [value, value, value]

/** Statistics that models are trained with, the common ones first. */
export const statistics = {
  imagenet: {
    id: 'imagenet',
    title: 'ImageNet statistics',
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  half: { id: 'half', title: 'mean and std 0.5', mean: grey(0.5), std: grey(0.5) },
  cifar10: {
    id: 'cifar10',
    title: 'CIFAR-10 statistics',
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.247, 0.2435, 0.2616],
  },
  cifar100: {
    id: 'cifar100',
    title: 'CIFAR-100 statistics',
    mean: [0.5071, 0.4865, 0.4409],
    std: [0.2673, 0.2564, 0.2762],
  },
  clip: {
    id: 'clip',
    title: 'CLIP statistics',
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  unit: { id: 'unit', title: 'no statistics, values 0 to 1', mean: grey(0), std: grey(1) },
  byte: { id: 'byte', title: 'no statistics, values 0 to 255', mean: grey(0), std: grey(1 / 255) },
} as const satisfies Record<string, Statistics>

export const allStatistics: readonly Statistics[] = Object.values(statistics)

/** Only mean and std, for a preprocessing. */
export const valuesOf = ({ mean, std }: Statistics): Pick<Preprocessing, 'mean' | 'std'> => ({
  mean: [...mean],
  std: [...std],
})

/** The table's entry of a mean and std; null where it has none. */
export const statisticsOf = ({ mean, std }: Pick<Preprocessing, 'mean' | 'std'>): Statistics | null =>
  allStatistics.find(
    (one) =>
      one.mean.every((value, channel) => value === mean[channel]) &&
      one.std.every((value, channel) => value === std[channel]),
  ) ?? null
