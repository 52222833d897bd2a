import { inManifest } from '../forgeries.ts'
import { to, type Forgery } from './forgery.ts'

const manifest = (
  title: string,
  path: (string | number)[],
  value: unknown,
  found = path.join('.'),
): Forgery => ({
  title,
  change: inManifest(path, typeof value === 'function' ? (value as (v: unknown) => unknown) : to(value)),
  found: `bundle.json: ${found}`,
})

export const manifests: Forgery[] = [
  manifest('another kind', ['study', 'kind'], 'clean-accuracy', 'study'),
  manifest('a kind that is not known', ['study', 'kind'], 'magic', 'study'),
  manifest('another title of the kind', ['study', 'kindTitle'], 'Robustness'),
  manifest('another section of the paper', ['study', 'section'], '3'),
  {
    title: 'another title of the study',
    change: inManifest(['study', 'title'], to('Random pixels')),
    found: 'README.txt: line 1',
  },
  { ...manifest('another seed', ['study', 'params', 'seed'], 8), found: 'facts.csv: line 18' },
  { ...manifest('other shares', ['study', 'params', 'percents'], [0, 90]), found: 'study.json: state' },
  manifest('a parameter that is not known', ['study', 'params', 'extra'], 1, 'study'),
  manifest('a parameter of another kind', ['study', 'params', 'patch'], 'large', 'study'),
  {
    ...manifest('a sample that was not drawn', ['study', 'sample'], { perClass: 1, seed: 3 }),
    found: 'study.json: provenance[0]',
  },
  manifest(
    'another definition',
    ['study', 'definitions', 0, 'formula'],
    'as we like',
    'study.definitions[information loss].formula',
  ),
  manifest('another title of a model', ['models', 0, 'title'], 'Ours', 'models[0].title'),
  manifest('another digest of a model', ['models', 0, 'digest'], 'a'.repeat(64), 'models[0].digest'),
  manifest('another size of a model file', ['models', 0, 'bytes'], 1, 'models[0].bytes'),
  manifest('other parameters of a model', ['models', 0, 'parameters'], 1, 'models[0].parameters'),
  manifest('another family of a model', ['models', 0, 'family'], 'ViT', 'models[0].family'),
  manifest('other labels of a model', ['models', 0, 'labels', 0], 'zebra', 'models[0].labels[0]'),
  manifest(
    'another origin of a preprocessing',
    ['models', 0, 'origin', 'from'],
    'trial',
    'models[0].origin.from',
  ),
  manifest('another title of the dataset', ['dataset', 'title'], 'ImageNet', 'dataset.title'),
  manifest('more classes', ['dataset', 'classes'], 1000, 'dataset.classes'),
  manifest('more images', ['dataset', 'images'], 50_000, 'dataset.images'),
  {
    ...manifest('another preprocessing', ['variants', 0, 'preprocessing', 'mean', 0], 0.5),
    found: 'study.json: state',
  },
  {
    ...manifest('another digest of labels', ['variants', 0, 'labels'], 'b'.repeat(64)),
    found: 'facts.csv: line 2, variant',
  },
  {
    ...manifest('a variant of another model', ['variants', 0, 'model'], 'c'.repeat(64)),
    found: 'facts.csv: line 2, variant',
  },
  {
    ...manifest('another runtime', ['variants', 0, 'runtime', 'provider'], 'cuda'),
    found: 'study.json: provenance[4]',
  },
  manifest(
    'another condition',
    ['conditions', 1],
    (text: unknown) => String(text).replace('"seed":7', '"seed":8'),
    'conditions[1]',
  ),
  {
    ...manifest('a condition that is no transform', ['conditions', 1], 'nothing'),
    found: 'facts.csv: line 18, condition',
  },
  manifest('more facts', ['counts', 'facts'], 3200),
  manifest('a set of images', ['sets'], [{ variant: 0, images: [] }], 'sets[0]'),
]
