import { inFile } from '../forgeries.ts'
import { to, type Forgery } from './forgery.ts'

const text = (name: string, title: string, from: string | RegExp, into: string, found: string): Forgery => ({
  title: `${name} with ${title}`,
  change: inFile(name, (all) => all.replace(from, into)),
  found: `${name}: ${found}`,
})

const svg = 'figures/random-drop.svg'
export const papers: Forgery[] = [
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
