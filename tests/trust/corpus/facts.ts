import { inFact, inFile, inLines, inManifest } from '../forgeries.ts'
import { to, type Forgery } from './forgery.ts'

const fact = (column: string, line: number, value: string | ((text: string) => string)): Forgery => ({
  title: `a fact with ${column} ${typeof value === 'string' ? `"${value.slice(0, 20)}"` : 'changed'} (line ${line})`,
  change: inFact(line, column, typeof value === 'string' ? (to(value) as () => string) : value),
  found: `facts.csv: line ${line}, ${column}`,
})

/** Line 2 is an image that was recognised, line 4 another one. */
export const facts: Forgery[] = [
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
