import type { ModelFamily } from '#shared/contract/index.ts'
import type { StoredModel } from '../../models/index.ts'

/**
 * Time of a forward and a backward pass together, in forward passes: the median of a family's rows in docs/performance.md ("The
 * backward pass").
 */
export const forwardsOfFamilies: Partial<Record<ModelFamily, number>> = {
  RepLKNet: 2.18,
  ConvNeXt: 2.1,
  ViT: 2.1,
  Swin: 2.15,
  BiT: 2.18,
  ResNet: 2.17,
  EfficientNet: 3.62,
  MobileNet: 3.32,
  DenseNet: 2.69,
  RegNet: 2.42,
}

/** What most families take. */
const usual = 2.2

/** Forward passes of a model that its forward and backward pass together take, by its family. */
export const gradientForwards = ({ inspection: { family } }: Pick<StoredModel, 'inspection'>): number =>
  forwardsOfFamilies[family] ?? usual
