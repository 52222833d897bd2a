import { subsetAccuracy } from '../shared/subsetAccuracy.ts'

/** Natural images that ResNet-50 gets wrong, of 200 classes (Hendrycks et al., CVPR 2021). */
export const imagenetA = subsetAccuracy({
  id: 'imagenet-a',
  letter: 'A',
  description:
    'Natural images that mislead classifiers: top-1 over all classes and over the 200 of the set, beside ordinary images of the same classes.',
  figure: 'Fig. 2a',
  source: 'hendrycks/natural-adv-examples eval.py',
  printedIn: ['Table 5', 'Table 6'],
  asks: 'How does it do on natural images that other models get wrong?',
  look: 'Accuracy under both rules, and the images it gets wrong with confidence.',
})
