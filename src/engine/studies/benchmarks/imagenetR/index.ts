import { subsetAccuracy } from '../shared/subsetAccuracy.ts'

/** Renditions (paintings, cartoons, toys, ...) of 200 classes (Hendrycks et al., ICCV 2021). */
export const imagenetR = subsetAccuracy({
  id: 'imagenet-r',
  letter: 'R',
  description:
    'Renditions of objects: top-1 over all classes and over the 200 of the set, beside ordinary images of the same classes.',
  figure: 'Fig. 3',
  source: 'hendrycks/imagenet-r eval.py',
  printedIn: ['Table 5', 'Table 6'],
  asks: 'Does it recognise paintings, toys and sketches?',
  look: 'How far accuracy falls from undisturbed images.',
})
