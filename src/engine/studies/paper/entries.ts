import { dinoName } from './models.ts'

/** A table or figure of the paper. What repeats it is said by the presets of the studies. */
export interface Entry {
  title: string
  section: string
  shows: string
  /** Models whose numbers the paper does not print there; those of printed numbers are added. */
  models: readonly string[]
}

const [large, large384] = ['RepLKNet-31B', 'RepLKNet-31L']
const vits = ['ViT-B', 'ViT-L']

/** The tables and figures of the paper, in its order. */
export const entries: readonly Entry[] = [
  {
    title: 'Fig. 1',
    section: '3.1',
    shows: 'Top-1 on ImageNet against the number of parameters.',
    models: ['ResNet-50', 'BiT m-r101x3', 'BiT-r152x4', ...vits, large, large384],
  },
  {
    title: 'Fig. 2a',
    section: '3.2',
    shows: 'Top-1 on ImageNet-A.',
    models: ['BiT m-r101x3', ...vits, large],
  },
  {
    title: 'Fig. 2b',
    section: '3.2',
    shows: 'Mean top-1 over the 19 corruptions of ImageNet-C at severity 5.',
    models: ['BiT m-r101x3', ...vits, large],
  },
  {
    title: 'Fig. 2c',
    section: '3.2',
    shows: 'AUPR on ImageNet-O.',
    models: ['BiT m-r101x3', ...vits, large],
  },
  { title: 'Table 1', section: '3.2', shows: 'mCE on ImageNet-C.', models: [] },
  { title: 'Table 2', section: '3.2', shows: 'mFR and mT5D on ImageNet-P.', models: [] },
  {
    title: 'Fig. 3',
    section: '3.2',
    shows: 'Top-1 on ImageNet-R.',
    models: ['BiT m-r101x3', ...vits, large],
  },
  { title: 'Table 3', section: '3.2', shows: 'Accuracy and background gap on ImageNet-9.', models: [] },
  {
    title: 'Fig. 4a',
    section: '4.1',
    shows: 'Top-1 against the share of patches that are dropped at random.',
    models: ['ResNet-50', 'BiT m-r101x3', 'ViT-B', large],
  },
  {
    title: 'Fig. 4b',
    section: '4.1',
    shows: 'Top-1 against the loss of salient patches.',
    models: ['ResNet-50', 'BiT m-r101x3', 'ViT-B', large, dinoName],
  },
  {
    title: 'Fig. 4c',
    section: '4.1',
    shows: 'Top-1 against the loss of patches that are not salient.',
    models: ['ResNet-50', 'BiT m-r101x3', 'ViT-B', large, dinoName],
  },
  {
    title: 'Fig. 5',
    section: '4.1',
    shows:
      'One image with random, salient and other patches dropped; it is behind each point of the studies.',
    models: [dinoName],
  },
  {
    title: 'Fig. 6a',
    section: '4.2',
    shows: 'Top-1 under FGSM against ε.',
    models: ['ResNet-50', 'ViT-B', large],
  },
  {
    title: 'Fig. 6b',
    section: '4.2',
    shows: 'Top-1 under PGD of five steps against ε.',
    models: ['ResNet-50', 'ViT-B', large],
  },
  {
    title: 'Fig. 6c',
    section: '4.2',
    shows: 'Top-1 under PGD with ε 0.006 against the number of steps.',
    models: ['ResNet-50', 'ViT-B', large],
  },
  {
    title: 'Table 4',
    section: '4.2',
    shows:
      'Success of transferred attacks (TAIG), with one surrogate for transformers and one for all others.',
    models: [],
  },
  {
    title: 'Fig. 7',
    section: '4.3',
    shows: 'Top-1 against the share of blocks removed.',
    models: [large, ...vits],
  },
  {
    title: 'Fig. 8',
    section: '4.4',
    shows: 'Change in top-1 against the frequency of added noise.',
    models: ['ResNet-50', 'ViT-B', large],
  },
  {
    title: 'Table 5',
    section: '4.5',
    shows: 'The large kernel against a 3×3 kernel and ViT-B, in six measures.',
    models: [dinoName],
  },
  {
    title: 'Fig. 9',
    section: '4.6',
    shows: 'Sorted kernel attention distances of shallow and deep layers.',
    models: [large],
  },
  {
    title: 'Fig. 10',
    section: '4.7',
    shows: 'Variance of feature maps over depth.',
    models: ['ResNet-50', 'ViT-B', large],
  },
  {
    title: 'Table 6',
    section: '4.8',
    shows: 'More networks with large kernels on ImageNet, -A, -R and -C.',
    models: [],
  },
  {
    title: 'Table 7',
    section: '4.9',
    shows: 'ConvNeXt-T trained with kernels of 3 to 51 on ImageNet, -A and -R.',
    models: [],
  },
  {
    title: 'Table 8',
    section: 'App. A',
    shows: 'What the six benchmarks are for. Nothing is measured in it.',
    models: [],
  },
]

/** Part of addresses: "fig-6a", "table-4". */
export const entryId = ({ title }: Pick<Entry, 'title'>): string =>
  title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
