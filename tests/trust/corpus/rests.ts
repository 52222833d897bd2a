import { inFile, inJson, inLines } from '../forgeries.ts'
import { list, to, type Forgery } from './forgery.ts'

const basis = (title: string, path: (string | number)[], value: unknown, found: string): Forgery => ({
  title,
  change: inJson(
    'basis.json',
    path,
    typeof value === 'function' ? (value as (v: unknown) => unknown) : to(value),
  ),
  found,
})

export const rests: Forgery[] = [
  basis(
    'a class renamed in the basis',
    ['datasets', 0, 'classes', 0, 'name'],
    'zebra',
    'images.csv: class zebra',
  ),
  basis(
    'more images of a class in the basis',
    ['datasets', 0, 'classes', 0, 'images'],
    7,
    'images.csv: class aircraft',
  ),
  basis(
    'a class less in the basis',
    ['datasets', 0, 'classes'],
    list((all) => all.slice(1)),
    'bundle.json: dataset.classes',
  ),
  basis(
    'a subset in the basis',
    ['subset'],
    { name: 'easy', rule: 'all', images: 16 },
    'study.json: provenance[0]',
  ),
  basis(
    'another title of a model in the basis',
    ['models', 0, 'title'],
    'Ours',
    'bundle.json: models[0].title',
  ),
  basis(
    'another preprocessing in the basis',
    ['models', 0, 'preprocessing', 'mean', 0],
    0.5,
    'study.json: state',
  ),
  basis('other labels in the basis', ['models', 0, 'labels', 0], 'zebra', 'facts.csv: line 2, variant'),
  basis(
    'a picture in the basis',
    ['pictures'],
    [{ variant: 0, image: 'd'.repeat(64), className: 'dog', png: 'aaaa' }],
    'basis.json: pictures[0]',
  ),
  {
    title: 'an image removed with its facts',
    change: (copy) => {
      const [digest = ''] = /[0-9a-f]{64}/.exec(copy.files.get('images.csv') ?? '') ?? []
      inLines('images.csv', (lines) => lines.filter((line) => !line.includes(digest)))(copy)
      inLines('facts.csv', (lines) => lines.filter((line) => !line.includes(digest)))(copy)
    },
    found: 'images.csv: class aircraft',
  },
  {
    title: 'an image twice',
    change: inLines('images.csv', ([first = '', ...rest]) => [first, first, ...rest]),
    found: 'images.csv: class aircraft',
  },
  {
    title: 'a name of an image that nothing shows',
    change: inFile('images.csv', (text) => text.replace('aircraft,,\r\n', 'aircraft,,secret.png\r\n')),
    found: 'images.csv: line 2',
  },
  {
    title: 'a failure of an image that has an answer',
    change: ({ files }) => {
      const [line = ''] = (files.get('facts.csv') ?? '').split('\r\n').slice(1)
      const head = line.split(',').slice(0, 4).join(',')
      files.set(
        'failures.csv',
        `variant,condition,image,class,code,message,hint\r\n${head},IMAGE_UNREADABLE,gone,\r\n`,
      )
    },
    found: 'study.json: state',
  },
  {
    title: 'draws of another shape',
    change: inFile('draws.json', (text) => text.replace(/"([0-9a-f]{2})[0-9a-f]+"/, '"$1"')),
    found: 'draws.json: entries.50/0.',
  },
  {
    title: 'draws with a bit flipped',
    change: inFile('draws.json', (text) =>
      text.replace(/: "([0-9a-f])/, (_, digit: string) => `: "${digit === '0' ? '1' : '0'}`),
    ),
    found: 'draws.json: entries.50/0.',
  },
  {
    title: 'draws of rubbish',
    change: inFile('draws.json', to('rubbish') as () => string),
    found: 'draws.json: ',
  },
  {
    title: 'draws of another patch',
    change: inJson('draws.json', ['patch'], to(32)),
    found: 'draws.json: patch',
  },
  {
    title: 'draws removed',
    change: ({ files }) => void files.delete('draws.json'),
    found: 'draws.json: missing',
  },
]
