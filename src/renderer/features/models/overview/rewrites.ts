import type { Possibility } from '#shared/contract/index.ts'

/** The title of each rewrite, and what it is used for. */
export const rewriteWords: Record<Possibility['rewrite'], { title: string; use: string }> = {
  pixels: {
    title: '8-bit pixels as input',
    use: 'The normalisation moves into the graph, so that a batch is a quarter of the bytes.',
  },
  probe: { title: 'Features read at every depth', use: 'Feature variance over depth.' },
  gate: { title: 'Blocks switched by an input', use: 'Lesion studies: any subset of blocks in one session.' },
  bypass: { title: 'Blocks cut out', use: 'Lesion studies: a block that is out costs nothing.' },
  maskKernel: {
    title: 'Depthwise kernels masked',
    use: 'The kernel size study, which zeroes a kernel outside a window.',
  },
  differentiate: {
    title: 'Gradient to the image',
    use: 'Saliency, receptive fields, adversarial and transfer attacks.',
  },
  attention: {
    title: 'Attention read',
    use: 'Attention maps on an image, attention distance, saliency for patch drop.',
  },
}
