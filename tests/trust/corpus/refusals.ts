import { inFact, inFile, inJson } from '../forgeries.ts'
import { to, type Refusal } from './forgery.ts'

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
