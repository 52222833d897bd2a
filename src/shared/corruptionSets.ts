import type { Recognised } from './datasetKinds.ts'

/** A published set of corrupted validation images in the layout of ImageNet-C, with corruptions and a score of its own. */
export interface CorruptionSet {
  id: Recognised
  title: string
  /** What its corruptions are, for lists of studies. */
  description: string
  source: string
  /** Names of folders, in the order of its authors. */
  corruptions: readonly string[]
}

/** The sets, as data. Images are cropped to 224 pixels; there are five severities. */
export const corruptionSets = [
  {
    id: 'imagenet-c-bar',
    title: 'ImageNet-C-bar',
    description: 'Ten corruptions that are unlike those of ImageNet-C, chosen by a distance of features.',
    source: 'Mintun, Kirillov and Xie 2021; facebookresearch/augmentation-corruption',
    corruptions: [
      'blue_noise_sample',
      'brownish_noise',
      'caustic_refraction',
      'checkerboard_cutout',
      'cocentric_sine_waves',
      'inverse_sparkles',
      'perlin_noise',
      'plasma_noise',
      'single_frequency_greyscale',
      'sparkles',
    ],
  },
  {
    id: 'imagenet-3dcc',
    title: 'ImageNet-3DCC',
    description: 'Twelve corruptions that follow the geometry of the scene, and those of cameras and video.',
    source: 'Kar et al. 2022, 3D Common Corruptions; shift-happens-benchmark/icml-2022 imagenet_3dcc.py',
    corruptions: [
      'near_focus',
      'far_focus',
      'fog_3d',
      'flash',
      'color_quant',
      'low_light',
      'xy_motion_blur',
      'z_motion_blur',
      'iso_noise',
      'bit_error',
      'h265_abr',
      'h265_crf',
    ],
  },
] as const satisfies readonly CorruptionSet[]
