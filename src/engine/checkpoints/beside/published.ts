import type { Preprocessing } from '#shared/contract/index.ts'
import { statistics, valuesOf, type Statistics } from '#shared/statistics.ts'

/** A preprocessing that weights were published with, by the name of their file. */
export interface Published {
  preprocessing: Preprocessing
  /** Where it is written. */
  source: string
}

/** Names of files without their ending, in lower case; how their images are made; who says so. */
interface Row {
  names: RegExp
  side: number
  /** Length of the shorter side before the crop; null where images are squashed to the input. */
  resizeTo: number | null
  interpolation: Preprocessing['interpolation']
  statistics?: Statistics
  source: string
}

const torchvision = 'torchvision 0.21, the transforms of its weights'
/** torchvision puts a digest behind the name: `resnet50-0676ba61`. */
const tv = (
  side: number,
  resizeTo: number,
  interpolation: Preprocessing['interpolation'],
  ...names: string[]
): Row => ({
  names: new RegExp(`^(${names.join('|')})$`),
  side,
  resizeTo,
  interpolation,
  source: torchvision,
})

/** Weights of torchvision with another geometry than 256 and 224, bilinear, by the digests in their names. */
const rows: readonly Row[] = [
  tv(224, 230, 'bilinear', 'convnext_small-0c510722'),
  tv(224, 236, 'bilinear', 'convnext_tiny-983f1562'),
  tv(224, 242, 'bilinear', 'vit_l_16-852ce7e3'),
  tv(224, 232, 'bicubic', 'swin_t-704ceda3'),
  tv(224, 238, 'bicubic', 'swin_b-68c6b09e'),
  tv(224, 246, 'bicubic', 'swin_s-5e29d889'),
  tv(224, 256, 'bicubic', 'efficientnet_b0_rwightman-7f5810bc'),
  tv(240, 255, 'bilinear', 'efficientnet_b1-c27df63c'),
  tv(240, 256, 'bicubic', 'efficientnet_b1_rwightman-bac287d4'),
  tv(288, 288, 'bicubic', 'efficientnet_b2_rwightman-c35c1473'),
  tv(300, 320, 'bicubic', 'efficientnet_b3_rwightman-b3899882'),
  tv(380, 384, 'bicubic', 'efficientnet_b4_rwightman-23ab8bcd'),
  tv(456, 456, 'bicubic', 'efficientnet_b5_lukemelas-1a07897c'),
  tv(528, 528, 'bicubic', 'efficientnet_b6_lukemelas-24a108a5'),
  tv(600, 600, 'bicubic', 'efficientnet_b7_lukemelas-c5b4e57e'),
  tv(224, 224, 'bicubic', 'regnet_y_\\d+gf_lc_swag-\\w{8}', 'vit_[blh]_1[46]_lc_swag-\\w{8}'),
  tv(384, 384, 'bicubic', 'regnet_y_\\d+gf_swag-\\w{8}', 'vit_b_16_swag-9ac1b537'),
  tv(512, 512, 'bicubic', 'vit_l_16_swag-4f3808c9'),
  tv(518, 518, 'bicubic', 'vit_h_14_swag-80465313'),
  tv(
    224,
    232,
    'bilinear',
    'convnext_(base-6075fbad|large-ea097f82)',
    'mobilenet_(v2-7ebf99e0|v3_large-5c1a4163)',
    'regnet_x_(16gf-ba3796d7|1_6gf-a12f2b72|32gf-6eb8fdc6|3_2gf-7071aa85|400mf-62229a5f|800mf-94a99ebd|8gf-2b70d774)',
    'regnet_y_(16gf-3e4a00f9|1_6gf-0d7bc02a|32gf-8db6d4b5|3_2gf-9180c971|400mf-e6988f5f|800mf-58fc7688|8gf-dc2b1b54)',
    'resnet(50-11ad3fa6|101-cd907fc2|152-f82ba261)',
    'resnext(50_32x4d-1a0047aa|101_32x8d-110c445d|101_64x4d-173b62eb)',
    'wide_resnet(50_2-9ba9bcbe|101_2-d733dc28)',
  ),
  tv(
    224,
    256,
    'bilinear',
    'densenet(121-a639ec97|161-8d451a50|169-b2777c0a|201-c1103571)',
    'mobilenet_(v2-b0353104|v3_large-8738ca79|v3_small-047dcff4)',
    'regnet_x_(16gf-2007eb11|1_6gf-e3633e7f|32gf-9d47f8d0|3_2gf-f342aeae|400mf-adf1edd5|800mf-ad17e45c|8gf-03ceed89)',
    'regnet_y_(16gf-9e6ed7dd|1_6gf-b11a554e|32gf-4dee3f7a|3_2gf-b5a9779c|400mf-c65dace8|800mf-1b27b58c|8gf-d0d0e4a8)',
    'resnet(18-f37072fd|34-b627a593|50-0676ba61|101-63fe2227|152-394f9c45)',
    'resnet(18-5c106cde|34-333f7ec4|50-19c8e357|101-5d3b4d8f|152-b121ed2d)',
    'resnext(50_32x4d-7cdf4587|101_32x8d-8ba56ff5)',
    'vgg(11-8a719046|11_bn-6002323d|13-19584684|13_bn-abd245e5|16-397923af|16_bn-6c64b313|19-dcbb9e9d|19_bn-c79401a0)',
    'vit_(b_16-c867db91|b_32-d86f8d99|l_32-c7638314)',
    'wide_resnet(50_2-95faca4d|101_2-32ee1156)',
  ),
  {
    names: /^replknet-31(b|l)_imagenet-(1k|22k-to-1k)_224$/,
    ...{ side: 224, resizeTo: 256, interpolation: 'bicubic' },
    source: 'DingXiaoH/RepLKNet-pytorch, datasets.py',
  },
  {
    names: /^replknet-31(b|l)_imagenet-(1k|22k-to-1k)_384$/,
    ...{ side: 384, resizeTo: null, interpolation: 'bicubic' },
    source: 'DingXiaoH/RepLKNet-pytorch, datasets.py',
  },
  {
    names: /^convnext(v2)?_\w+_(1k|22k)_224(_ema)?$/,
    ...{ side: 224, resizeTo: 256, interpolation: 'bicubic' },
    source: 'facebookresearch/ConvNeXt, datasets.py',
  },
  {
    names: /^convnext(v2)?_\w+_(1k|22k)_384(_ema)?$/,
    ...{ side: 384, resizeTo: null, interpolation: 'bicubic' },
    source: 'facebookresearch/ConvNeXt, datasets.py',
  },
  {
    names: /^deit_(tiny|small|base)(_distilled)?_patch16_224-\w{8}$/,
    ...{ side: 224, resizeTo: 256, interpolation: 'bicubic' },
    source: 'facebookresearch/deit, datasets.py',
  },
  {
    names: /^deit_base(_distilled)?_patch16_384-\w{8}$/,
    ...{ side: 384, resizeTo: 438, interpolation: 'bicubic' },
    source: 'facebookresearch/deit, datasets.py',
  },
  {
    names: /^dino_(deitsmall|vitbase)(8|16)_pretrain$/,
    ...{ side: 224, resizeTo: 256, interpolation: 'bicubic' },
    source: 'facebookresearch/dino, eval_linear.py',
  },
  {
    names: /^bit-[sm]-r\d+x\d(-ilsvrc2012)?$/,
    ...{ side: 480, resizeTo: null, interpolation: 'bilinear', statistics: statistics.half },
    source: 'google-research/big_transfer, bit_hyperrule.py and bit_pytorch/train.py',
  },
]

/**
 * The preprocessing that weights were published with, by the name of their file.
 *
 * @param stem name of the file without its ending
 * @returns null for names that are not in the table, and for another input size
 */
export function publishedPreprocessing(
  stem: string,
  [height, width]: readonly [number, number],
): Published | null {
  const name = stem.toLowerCase()
  const found = rows.find((row) => row.names.test(name) && row.side === height && row.side === width)
  if (!found) return null
  const { side, resizeTo, interpolation, source } = found
  return {
    preprocessing: {
      size: [side, side],
      resize: resizeTo === null ? 'squash' : 'shorter',
      resizeTo,
      interpolation,
      ...valuesOf(found.statistics ?? statistics.imagenet),
    },
    source,
  }
}
