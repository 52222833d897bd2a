import { z } from 'zod'

export const params = z.object({
  source: z
    .enum(['attention', 'gradient', 'masks'])
    .default('attention')
    .meta({
      title: 'Saliency from',
      description:
        'Class-token attention of a ViT, the gradient of a classifier’s true logit, or a folder of masks',
      words: { attention: 'Attention of a ViT', gradient: 'Gradient', masks: 'Folder of masks' },
    }),
  model: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .meta({
      title: 'Saliency model',
      description: 'For attention and gradient; the first ViT of the workspace when left out',
      format: 'model',
      effect: [{ source: ['attention', 'gradient'] }],
    }),
  layer: z
    .int()
    .nullable()
    .default(null)
    .meta({
      title: 'Layer',
      description: 'Attention layer from 1; the last when left out',
      effect: [{ source: ['attention'] }],
    }),
  head: z
    .int()
    .nullable()
    .default(2)
    .meta({
      title: 'Head',
      description: 'Attention head from 1 (2 as published for DINO); all heads averaged when left out',
      effect: [{ source: ['attention'] }],
    }),
  masks: z
    .string()
    .nullable()
    .default(null)
    .meta({
      title: 'Folder of masks',
      description: 'Pictures named as the images, white = salient',
      format: 'folder',
      effect: [{ source: ['masks'] }],
    }),
  masksState: z.string().nullable().default(null).meta({
    title: 'State of the masks',
    description: 'Names what was in the folder when the study was made; filled in',
    format: 'settled',
  }),
  patch: z.int().min(1).max(512).default(16).meta({
    title: 'Patch size',
    description: 'Side of a patch in pixels of the model input; presets scale it from an input of 224 px',
    unit: 'px',
    scaledFrom: 224,
  }),
  percents: z
    .array(z.int().min(0).max(100))
    .min(1)
    .default([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    .meta({ title: 'Information loss', description: 'Share of the saliency mass that is lost', unit: '%' }),
  modes: z
    .array(z.enum(['salient', 'non-salient']))
    .min(1)
    .default(['salient', 'non-salient'])
    .meta({
      title: 'Which patches',
      description: 'Those that carry the mass, or the others',
      words: { salient: 'Salient', 'non-salient': 'The others' },
    }),
  fill: z
    .enum(['black', 'mean'])
    .default('black')
    .meta({
      title: 'Fill',
      description: 'Black in [0,1] space, as published, or the mean colour of ImageNet',
      words: { black: 'Black', mean: 'Mean colour' },
    }),
})

export type SalientParams = z.output<typeof params>
