import type { Question } from '#shared/contract/index.ts'
import type { StoredModel } from '../../models/index.ts'

/** Models by what a question needs of them. */
export interface Cast {
  classifiers: StoredModel[]
  /** The largest depthwise kernel first. */
  large: StoredModel[]
  /** Where salient patches come from: a saliency model, else a ViT. */
  saliency: StoredModel | null
}

type Words = Pick<Question, 'id' | 'group' | 'section' | 'title' | 'asks' | 'look'>

export interface QuestionPlan extends Words {
  kind: string
  params: (cast: Cast) => Record<string, unknown>
  /** Who is asked; all classifiers when left out. */
  models?: (cast: Cast) => StoredModel[]
  /** Seconds to make the stimulus of one pass, at 96 pixels on one core. */
  stimulus?: number
  /** The study chooses its images itself, by this many. */
  images?: number
}

const experiment = (section: string, rest: Omit<QuestionPlan, 'group' | 'section'>): QuestionPlan => ({
  group: 'experiment',
  section,
  ...rest,
})

/** The nine experiments of section 4; 4.1 and 4.2 ask two things each. */
export const experiments: readonly QuestionPlan[] = [
  experiment('4.1', {
    id: 'random-occlusion',
    kind: 'random-patch-drop',
    title: 'Random occlusion',
    asks: 'How does accuracy fall when random patches of an image go missing?',
    look: 'Which curve falls last; then click a point to see the images behind it.',
    params: () => ({ percents: [0, 20, 40, 60, 80], repeats: 1 }),
  }),
  experiment('4.1', {
    id: 'salient-occlusion',
    kind: 'salient-patch-drop',
    title: 'Salient occlusion',
    asks: 'And when exactly the patches go missing that show the object?',
    look: 'How much steeper the curves are than with random patches, and which masks were used.',
    params: ({ saliency }) =>
      saliency
        ? { percents: [0, 25, 50, 75], source: 'attention', model: saliency.id, head: null }
        : { percents: [0, 25, 50, 75], source: 'gradient' },
  }),
  experiment('4.2', {
    id: 'white-box',
    kind: 'adversarial',
    title: 'White-box attack',
    asks: 'How small a change, made with the model’s own gradient, fools it?',
    look: 'Where each curve crosses one half.',
    params: () => ({ attack: 'fgsm', epsilons: [0.002, 0.004, 0.008] }),
  }),
  experiment('4.2', {
    id: 'transfer',
    kind: 'transfer-attack',
    title: 'Transferred attack',
    asks: 'Do images made against one model fool the others?',
    look: 'The row of the surrogate against the others: what transfers, and to whom.',
    params: ({ classifiers }) => ({
      attack: 'pgd',
      epsilons: [0.03],
      iterations: 8,
      surrogate: classifiers[0]?.id ?? null,
    }),
  }),
  experiment('4.3', {
    id: 'lesion',
    kind: 'lesion',
    title: 'Lesion',
    asks: 'What happens when whole blocks are removed from the trained model?',
    look: 'How accuracy falls with the number of removed blocks, and which single block matters most.',
    params: () => ({ samples: 2, step: 2 }),
  }),
  experiment('4.4', {
    id: 'noise-frequency',
    kind: 'noise-frequency',
    title: 'Noise frequency',
    asks: 'Is the model more sensitive to slow or to fast noise?',
    look: 'The lowest point of each curve: the frequency that hurts most.',
    params: () => ({ centres: [0, 200, 400, 600, 800, 1000] }),
    stimulus: 0.004,
  }),
  experiment('4.5', {
    id: 'kernel-matters',
    kind: 'kernel-size',
    title: 'Is it the large kernel?',
    asks: 'Does a trained large kernel still work when only its middle is kept?',
    look: 'How much the 31×31 model loses at a window of 3, beside the model trained with 3×3.',
    params: () => ({ sizes: [3, 7] }),
    models: ({ large }) => large.slice(0, 4),
  }),
  experiment('4.6', {
    id: 'kernel-distance',
    kind: 'kernel-attention',
    title: 'Kernel attention distance',
    asks: 'How far do the kernels look, in shallow and in deep layers?',
    look: 'Curves above the line of a uniform kernel look farther than it.',
    params: () => ({}),
    models: ({ large }) => large,
  }),
  experiment('4.7', {
    id: 'feature-variance',
    kind: 'feature-variance',
    title: 'Feature map variance',
    asks: 'Do the layers average features or sharpen them?',
    look: 'Where each curve rises and falls over depth.',
    params: () => ({ images: 16 }),
    images: 16,
  }),
  experiment('4.8', {
    id: 'more-models',
    kind: 'clean-accuracy',
    title: 'More large-kernel nets',
    asks: 'How do all the models compare on undisturbed images?',
    look: 'The paired tests: which differences are more than chance. The ranking then sets them beside robustness.',
    params: () => ({}),
  }),
  experiment('4.9', {
    id: 'how-large',
    kind: 'kernel-size',
    title: 'How large a kernel?',
    asks: 'From which window on does more kernel no longer help?',
    look: 'Where the curve over windows of 3 to 31 becomes flat.',
    params: () => ({ sizes: [3, 5, 7, 13, 21, 31] }),
    models: ({ large }) => large.slice(0, 2),
  }),
]

const benchmark = (
  name: string,
  rest: Omit<QuestionPlan, 'group' | 'section' | 'id' | 'kind' | 'title'>,
) => ({
  id: `imagenet-${name.toLowerCase()}`,
  kind: `imagenet-${name.toLowerCase()}`,
  title: `ImageNet-${name}`,
  group: 'benchmark' as const,
  section: '3',
  ...rest,
})

/** The six benchmarks of section 3. */
export const benchmarks: readonly QuestionPlan[] = [
  benchmark('A', {
    asks: 'How does it do on natural images that other models get wrong?',
    look: 'Accuracy under both rules, and the images it gets wrong with confidence.',
    params: () => ({}),
  }),
  benchmark('C', {
    asks: 'How does it bear noise, blur, weather and compression?',
    look: 'The mean corruption error, and the corruption that hurts most.',
    params: () => ({}),
    stimulus: 0.015,
  }),
  benchmark('O', {
    asks: 'Does it know when an image belongs to no class it was taught?',
    look: 'The area under the precision-recall curve.',
    params: () => ({}),
  }),
  benchmark('P', {
    asks: 'Does its answer stay the same while an image changes bit by bit?',
    look: 'The flip rate of every perturbation.',
    params: () => ({ stride: 10 }),
    stimulus: 0.006,
  }),
  benchmark('R', {
    asks: 'Does it recognise paintings, toys and sketches?',
    look: 'How far accuracy falls from undisturbed images.',
    params: () => ({}),
  }),
  benchmark('9', {
    asks: 'Does it look at the object or at the background?',
    look: 'The background gap: Mixed-Same minus Mixed-Rand.',
    params: () => ({}),
  }),
]
