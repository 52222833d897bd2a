import type { Recognised } from '#shared/contract/index.ts'
import { imagenet9Variations } from './kinds/imagenet9.ts'
import { imagenetCParts } from './kinds/imagenetC.ts'
import { imagenetPParts } from './kinds/imagenetP.ts'

/** Parts of a kind of dataset in the order they are shown. */
export function partOrder(recognised: Recognised): readonly string[] {
  switch (recognised) {
    case 'imagenet-c':
    case 'cifar-10-c':
    case 'cifar-100-c':
      return imagenetCParts
    case 'imagenet-p':
      return imagenetPParts
    case 'imagenet-9':
      return imagenet9Variations
    default:
      return []
  }
}
