import { describe, expect, it } from 'vitest'
import { renderFigure } from '#engine/figures/render.ts'
import { inlineFigure } from '#engine/report/figure.ts'
import { reportHtml, type ReportStudy } from '#engine/report/page.ts'
import { tableHtml } from '#engine/report/table.ts'
import { bars, curves, matrix } from '../../shared/figures/specs.ts'

const press = {
  render: renderFigure,
  layOut: () => Promise.reject(new Error('not used')),
  close: () => Promise.resolve(),
}
const table = {
  id: 'accuracy',
  title: 'Accuracy <of all>',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' as const },
    { key: 'top1', title: 'Top-1', kind: 'fraction' as const, better: 'higher' as const },
  ],
  rows: [
    { model: 'Net <31>', top1: 0.5 },
    { model: 'Net & 3', top1: 0.75 },
    { model: '<script>alert(1)</script>', top1: null },
  ],
}
const study = (figures: ReportStudy['figures'], change: Partial<ReportStudy> = {}): ReportStudy => ({
  title: '"A" <study> & more',
  kindTitle: 'Random patch drop',
  section: '4.1',
  answers: { measured: 10, failed: 0, of: 10 },
  settings: [['Models', "<img src=x onerror='alert(1)'>"]],
  figures,
  tables: [table],
  reported: [
    { model: 'RepLKNet-31B', text: 'top-1 <83.5>', value: 0.835, unit: 'fraction', source: 'Table 5' },
  ],
  definitions: [{ name: 'Top-1', formula: 'right & first', source: 'paper' }],
  provenance: ['Seed 7.'],
  ...change,
})
async function drawAll() {
  const figures = []
  for (const [at, spec] of [curves, bars, matrix('diverging', [1, -2, 3, null, 0.5, 0])].entries())
    figures.push({ spec, svg: await inlineFigure(press, spec, `s1f${at + 1}-`) })
  return figures
}
let drawn: ReturnType<typeof drawAll> | null = null
const page = async (change: Partial<ReportStudy> = {}, figures = (drawn ??= drawAll())) => {
  return reportHtml({
    title: 'Report <1>',
    version: '0.1.0',
    studies: [study(await figures, change)],
    fonts: '',
  })
}

/** Elements of HTML that are never closed. */
const alone = /^(?:meta|br|hr|img)$/

/** Returns the first closing tag that does not match its opening tag; null where all match. */
function misfit(html: string): string | null {
  const open: string[] = []
  for (const [whole, close, name = '', rest] of html.matchAll(
    /<(\/?)([a-zA-Z][\w-]*)((?:"[^"]*"|[^">])*)>/g,
  )) {
    if (close) {
      if (open.pop() !== name) return whole
    } else if (!rest?.endsWith('/') && !alone.test(name)) open.push(name)
  }
  return open.at(-1) ?? null
}

/** Rendering and models start cold, on a machine that may have other work. */
const patient = { timeout: 120_000 }

describe('a report', patient, () => {
  it('refers to nothing outside the page and runs no script', async () => {
    const html = await page()
    for (const [, target = ''] of html.matchAll(/\b(?:href|src|action|data|poster|srcset)="([^"]*)"/g))
      expect(target).toMatch(/^(?:#|data:)/)
    const addresses = html.match(/https?:\/\/[^\s"')<]+/g) ?? []
    // XML namespaces, which are never loaded.
    expect(new Set(addresses)).toEqual(
      new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']),
    )
    expect(html).not.toMatch(/<script|javascript:|\son[a-z]+="|@import|url\((?!data:|#)/i)
    expect(html).toContain("default-src 'none'")
  })

  it('escapes markup in titles and names', async () => {
    const html = await page()
    expect(html).toContain('<title>Report &lt;1&gt;</title>')
    expect(html).toContain('&quot;A&quot; &lt;study&gt; &amp; more</h2>')
    expect(html).toContain('&lt;img src=x onerror=&#39;alert(1)&#39;&gt;')
    expect(html).not.toMatch(/<img|<study>/)
  })

  it('is well-formed, with unique ids', async () => {
    const html = await page()
    expect(misfit(html)).toBeNull()
    expect(misfit('<a><b></a>')).toBe('</a>')
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, id = ''] of html.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id)
  })

  it('does not change the text of figures', async () => {
    const title = 'swin-l-in22k, p3-x id="l-1" url(#l-2)'
    const svg = await inlineFigure(press, { ...curves, title }, 's1f1-')
    const shown = (text: string) => text.replaceAll('&quot;', '"').replace(/<[^>]*>/g, '')
    expect(shown(svg)).toContain(title)
  })

  it('has the same bytes every time', async () => {
    expect(await page({}, drawAll())).toBe(await page())
  })

  it('follows the theme of the page, except in colours of data', async () => {
    const html = await page()
    expect(html).toContain('var(--fig-ink)')
    expect(html).toContain('#0072B2')
    const heat = await inlineFigure(press, matrix('sequential', [1, 2, 3, 4, 5, 6]), 'x-')
    expect(heat).toMatch(/fill="#(?:000000|ffffff)"/)
  })

  it('marks a study that is incomplete or has failures', async () => {
    expect(await page()).not.toContain('This study is')
    const marked = async (measured: number, failed: number) =>
      /This study is ([^.]*)\./.exec(await page({ answers: { measured, failed, of: 10 } }))?.[1]
    expect(await marked(4, 1)).toBe('incomplete: 4 of 10 measured, 1 failure')
    expect(await marked(8, 2)).toBe('complete with 2 failures')
  })

  it('has captions, definitions, provenance and the values of the paper', async () => {
    const html = await page()
    for (const text of [
      'Bands: min to max of 3 repeats.',
      'Top-1: right &amp; first (paper)',
      'Seed 7.',
      'RepLKNet-31B: top-1 &lt;83.5&gt;: Table 5',
    ])
      expect(html).toContain(text)
  })
})

describe('tableHtml', () => {
  it('marks the best and the second best value, and has headings for rows and columns', () => {
    const html = tableHtml(table)
    expect(html).toContain('<caption>Accuracy &lt;of all&gt;</caption>')
    expect(html).toContain('<th scope="col" class="n">Top-1 (%) ↑</th>')
    expect(html).toContain('<th scope="row">Net &lt;31&gt;</th><td class="n second">50.0</td>')
    expect(html).toContain('<td class="n best">75.0</td>')
    expect(html).not.toContain('<script>')
  })
})
