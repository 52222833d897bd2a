import { inFact, inFile, inJson, inLines, inManifest, type Opened } from './forgeries.ts'

/** A change of the genuine bundle, and the place where it must be found. */
export interface Forgery {
  title: string
  change: (copy: Opened) => void
  /** The part, and how the place in it begins. */
  found: string
}

/** A change that makes a bundle unreadable, and what its refusal says. */
export interface Refusal {
  title: string
  change: (copy: Opened) => void
  message: string
}

const to = (value: unknown) => () => value
const fact = (column: string, line: number, value: string | ((text: string) => string)): Forgery => ({
  title: `a fact with ${column} ${typeof value === 'string' ? `"${value.slice(0, 20)}"` : 'changed'} (line ${line})`,
  change: inFact(line, column, typeof value === 'string' ? (to(value) as () => string) : value),
  found: `facts.csv: line ${line}, ${column}`,
})

/** Line 2 is an image that was recognised, line 4 another one. */
const facts: Forgery[] = [
  { ...fact('correct', 2, '0'), title: 'a right answer called wrong' },
  fact('correct', 2, ''),
  fact('true_rank', 2, '99999'),
  fact('true_rank', 2, '0'),
  fact('true_rank', 2, '-1'),
  { ...fact('true_rank', 2, '2'), found: 'facts.csv: line 2, correct' },
  fact('true_rank', 2, ''),
  fact('confidence', 2, '1.5'),
  fact('confidence', 2, '-0.1'),
  { ...fact('confidence', 2, '0.9'), found: 'facts.csv: line 2, top' },
  fact('true_probability', 2, '1.1'),
  fact('true_probability', 2, '0.5'),
  fact('true_logit', 2, 'NaN'),
  fact('predicted', 2, '99'),
  fact('predicted', 2, '-1'),
  { ...fact('predicted', 2, '3'), found: 'facts.csv: line 2, top' },
  fact('top', 2, (text) => text.split(';').reverse().join(';')),
  fact('top', 2, (text) => text.split(';').slice(0, 4).join(';')),
  fact('top', 2, (text) => text.replace(/;\d+:/, ';99:')),
  fact('top', 2, (text) => text.replace(/;\d+:/, `;${text.split(':')[0]}:`)),
  fact('top', 2, (text) => text.replace(/:[^;]*$/, ':0.99')),
  fact('top', 2, (text) => text.replace(/:[^;]*$/, ':nothing')),
  { ...fact('top', 2, ''), found: 'facts.csv: line 2, predicted' },
  { ...fact('class', 2, 'zebra'), found: 'facts.csv: line 2, image' },
  fact('image', 2, (text) => text.replace(/^./, (first) => (first === 'f' ? '0' : 'f'))),
  fact('variant', 2, '7'),
  fact('condition', 2, '7'),
  { ...fact('condition', 2, '1'), found: 'facts.csv: line 18, image' },
  {
    title: 'a fact twice',
    change: inLines('facts.csv', ([first = '', ...rest]) => [first, first, ...rest]),
    found: 'facts.csv: line 3, image',
  },
  {
    title: 'half of the facts removed',
    change: inLines('facts.csv', (lines) => lines.slice(0, 16)),
    found: 'study.json: state',
  },
  {
    title: 'one fact removed, with its count',
    change: (copy) => {
      inLines('facts.csv', (lines) => lines.slice(1))(copy)
      inManifest(['counts', 'facts'], to(31))(copy)
    },
    found: 'study.json: tables[accuracy].rows[0].n',
  },
  {
    title: 'facts in another order',
    change: inLines('facts.csv', (lines) => lines.toReversed()),
    found: 'facts.csv: line 2',
  },
  {
    title: 'facts with a column more',
    change: inFile('facts.csv', (text) => text.replaceAll('\r\n', ',x\r\n')),
    found: 'facts.csv: line 1',
  },
  {
    title: 'an answer changed in all its columns',
    change: inFact(2, 'predicted', to('13') as () => string),
    found: 'facts.csv: line 2, top',
  },
  {
    title: 'a wrong answer made right in all its columns',
    change: ({ files }) => {
      const lines = (files.get('facts.csv') ?? '').split('\r\n')
      const at = lines.findIndex((line) => line.split(',')[5] === '0' && line.split(',')[6] === '2')
      const cells = (lines[at] ?? '').split(',')
      const [first = '', second = '', ...rest] = (cells[10] ?? '').split(';')
      const [wrong, right] = [first.split(':')[0] ?? '', second.split(':')[0] ?? '']
      cells.splice(4, 3, right, '1', '1')
      cells[8] = cells[7] ?? ''
      cells[10] = [`${right}:${first.split(':')[1]}`, `${wrong}:${second.split(':')[1]}`, ...rest].join(';')
      lines[at] = cells.join(',')
      files.set('facts.csv', lines.join('\r\n'))
    },
    found: 'study.json: tables[accuracy].rows[0].top1',
  },
]

const study = (title: string, path: (string | number)[], value: unknown, found: string): Forgery => ({
  title,
  change: inJson(
    'study.json',
    path,
    typeof value === 'function' ? (value as (v: unknown) => unknown) : to(value),
  ),
  found: `study.json: ${found}`,
})
const row = (column: string, value: unknown) =>
  study(
    `the table's ${column} as ${JSON.stringify(value)}`,
    ['tables', 0, 'rows', 0, column],
    value,
    `tables[accuracy].rows[0].${column}`,
  )
const list = (change: (all: unknown[]) => unknown[]) => (value: unknown) =>
  Array.isArray(value) ? change(value) : value

const results: Forgery[] = [
  row('top1', 0.99),
  row('n', 50_000),
  row('lo', 0.9),
  row('hi', 1),
  row('min', 0.99),
  row('change', 0.1),
  row('model', 'Another model'),
  row('patches', '1 of 36'),
  study(
    'a row removed',
    ['tables', 0, 'rows'],
    list((all) => all.slice(1)),
    'tables[accuracy].rows[1]',
  ),
  study(
    'a row added',
    ['tables', 0, 'rows'],
    list((all) => [...all, all[0]]),
    'tables[accuracy].rows[2]',
  ),
  study('a table removed', ['tables'], [], 'tables[accuracy]'),
  study('another title of a table', ['tables', 0, 'title'], 'Accuracy', 'tables[accuracy].title'),
  study(
    'another title of a column',
    ['tables', 0, 'columns', 4, 'title'],
    'Top-5',
    'tables[accuracy].columns[top1].title',
  ),
  study(
    'a point of a figure moved',
    ['figures', 0, 'series', 0, 'points', 1, 'y'],
    0.7,
    'figures[random-drop].series[1].points[1].y',
  ),
  study(
    'a point moved along the axis',
    ['figures', 0, 'series', 0, 'points', 1, 'x'],
    0.9,
    'figures[random-drop].series[1].points[1].x',
  ),
  study(
    'an interval narrowed',
    ['figures', 0, 'series', 0, 'points', 1, 'hi'],
    0.2,
    'figures[random-drop].series[1].points[1].hi',
  ),
  study(
    'a point of more images',
    ['figures', 0, 'series', 0, 'points', 0, 'n'],
    1000,
    'figures[random-drop].series[1].points[0].n',
  ),
  study(
    'a series renamed',
    ['figures', 0, 'series', 0, 'name'],
    'Ours',
    'figures[random-drop].series[1].name',
  ),
  study('another title of a figure', ['figures', 0, 'title'], 'Robust', 'figures[random-drop].title'),
  study(
    'another axis of a figure',
    ['figures', 0, 'y', 'label'],
    'Top-5 accuracy',
    'figures[random-drop].y.label',
  ),
  study('an axis that begins higher', ['figures', 0, 'y', 'min'], 0.5, 'figures[random-drop].y.min'),
  study('a note of a figure removed', ['figures', 0, 'notes'], [], 'figures[random-drop].notes[0]'),
  study('another caption', ['figures', 0, 'alt'], 'It is robust.', 'figures[random-drop].alt'),
  study('a figure removed', ['figures'], [], 'figures[random-drop]'),
  study(
    'a figure added',
    ['figures'],
    list(([one]) => [one, { ...(one as object), id: 'more' }]),
    'figures[more]',
  ),
  study(
    'a reported value added',
    ['reported'],
    list((all) => [...all, all[0]]),
    'reported[1]',
  ),
  study(
    'a line of provenance removed',
    ['provenance'],
    list((all) => all.slice(1)),
    'provenance[0]',
  ),
  study('an incomplete study called complete', ['state'], 'failures', 'state'),
  study('a complete study called incomplete', ['complete'], false, 'complete'),
]

const text = (name: string, title: string, from: string | RegExp, into: string, found: string): Forgery => ({
  title: `${name} with ${title}`,
  change: inFile(name, (all) => all.replace(from, into)),
  found: `${name}: ${found}`,
})

const svg = 'figures/random-drop.svg'
const papers: Forgery[] = [
  text('tables/accuracy.csv', 'another number', '0.8125', '0.99', 'line 2'),
  text('tables/accuracy.md', 'another number', /81\.2|81\.3|0\.8125/, '99.0', 'line 5'),
  text('tables/accuracy.tex', 'another number', /\d\d\.\d/, '99.9', 'line 12'),
  text('tables/accuracy.provenance.txt', 'another seed', 'sha256', 'sha512', 'line 5'),
  text('figures/random-drop.csv', 'another number', '0.1875', '0.7', 'line 3'),
  text('figures/random-drop.txt', 'another caption', 'patch', 'path', 'line 1'),
  text('figures/random-drop.provenance.txt', 'a line more', /$/, 'Seen by a reviewer.\n', 'line 6'),
  text('README.txt', 'another model', 'RepLK-3', 'RepLK-31', 'line 7'),
  text(svg, 'a script', '</svg>', '<script>fetch("x")</script></svg>', ''),
  text(svg, 'an event handler', '<svg ', '<svg onload="alert(1)" ', ''),
  text(svg, 'foreign content', '</svg>', '<foreignObject/></svg>', ''),
  text(svg, 'an image from elsewhere', '</svg>', '<image href="https://example.org/x.png"/></svg>', ''),
  text(svg, 'a link', '</svg>', '<a href="javascript:alert(1)"><rect/></a></svg>', ''),
  text(svg, 'a style from elsewhere', '</svg>', '<style>@import "x.css"</style></svg>', ''),
  text(svg, 'a font from elsewhere', /url\(data:font[^)]*\)/, 'url(//example.org/f.woff)', ''),
  text(svg, 'an entity', /^/, '<!DOCTYPE svg [<!ENTITY x "y">]>', ''),
  text(svg, 'another text', 'Information loss', 'Information kept', 'line 3'),
  text('figures/random-drop.pdf', 'another date', 'D:2000', 'D:2001', ''),
  {
    title: 'a PDF of something else',
    change: inFile('figures/random-drop.pdf', to('%PDF-1.5\nnothing\n') as () => string),
    found: 'figures/random-drop.pdf: ',
  },
  {
    title: 'a table file removed',
    change: ({ files }) => void files.delete('tables/accuracy.tex'),
    found: 'tables/accuracy.tex: missing',
  },
  { title: 'a drawing removed', change: ({ files }) => void files.delete(svg), found: `${svg}: missing` },
  {
    title: 'a file more',
    change: ({ files }) => void files.set('tables/more.csv', 'a,b\r\n'),
    found: 'tables/more.csv: unexpected',
  },
  {
    title: 'measurements that the study does not have',
    change: ({ files }) => void files.set('measurements.csv', 'variant,condition,image,class,values\r\n'),
    found: 'measurements.csv: unexpected',
  },
]

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

const manifests: Forgery[] = [
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
  manifest('a surrogate model', ['makers'], (_: unknown) => [], 'makers'),
].filter(({ found }) => found !== 'bundle.json: makers')

const basis = (title: string, path: (string | number)[], value: unknown, found: string): Forgery => ({
  title,
  change: inJson(
    'basis.json',
    path,
    typeof value === 'function' ? (value as (v: unknown) => unknown) : to(value),
  ),
  found,
})

const rests: Forgery[] = [
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

export const forgeries: Forgery[] = [...facts, ...results, ...papers, ...manifests, ...rests]

export const refusals: Refusal[] = [
  {
    title: 'half a rank',
    change: inFact(2, 'true_rank', to('1.5') as () => string),
    message: 'line 2 of facts.csv: true_rank',
  },
  {
    title: 'a confidence of NaN',
    change: inFact(2, 'confidence', to('NaN') as () => string),
    message: 'line 2 of facts.csv: confidence',
  },
  {
    title: 'a confidence without end',
    change: inFact(2, 'confidence', to('Infinity') as () => string),
    message: 'line 2 of facts.csv: confidence',
  },
  {
    title: 'a fact without a number',
    change: inFact(2, 'confidence', to('') as () => string),
    message: 'line 2 of facts.csv: confidence: a number is missing',
  },
  {
    title: 'a word for a number',
    change: inFact(2, 'confidence', to('high') as () => string),
    message: 'line 2 of facts.csv: confidence: high is not a number',
  },
  {
    title: 'a number written in another way',
    change: inFact(2, 'true_logit', to('2.50') as () => string),
    message: 'line 2 of facts.csv: true_logit: 2.50 is not a number',
  },
  {
    title: 'a variant below 0',
    change: inFact(2, 'variant', to('-1') as () => string),
    message: 'line 2 of facts.csv: variant',
  },
  {
    title: 'a digest that is none',
    change: inFact(2, 'image', to('aircraft') as () => string),
    message: 'line 2 of facts.csv: image',
  },
  {
    title: 'facts without a column',
    change: inFile('facts.csv', (text) => text.replace('confidence', 'sureness')),
    message: 'facts.csv: confidence',
  },
  { title: 'facts that are no CSV', change: inFile('facts.csv', (text) => `${text}"`), message: 'facts.csv' },
  {
    title: 'an image of no dataset',
    change: inFile('images.csv', (text) => text.replace('\r\n1,', '\r\n0,')),
    message: 'line 2 of images.csv: dataset',
  },
  {
    title: 'a result that is no JSON',
    change: inFile('study.json', (text) => text.slice(1)),
    message: 'study.json is not JSON',
  },
  {
    title: 'a basis without models',
    change: inJson('basis.json', ['models'], to(undefined)),
    message: 'basis.json: models',
  },
]
