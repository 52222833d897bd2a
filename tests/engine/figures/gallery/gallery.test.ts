import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { renderFigure, type RenderContent } from '#engine/figures/render.ts'
import { goldenOf, goldensFolder } from './golden.ts'
import { pages } from './pages.ts'
import { overlap, textsOf } from './texts.ts'

const typefaceOf = (content: RenderContent) =>
  content.kind === 'composed' ? content.composition.style.typeface : (content.options.typeface ?? 'sans')

it('is of forty figures, each with its golden', () => {
  expect(Object.keys(pages)).toHaveLength(40)
  expect(readdirSync(goldensFolder).toSorted()).toEqual(
    Object.keys(pages)
      .map((name) => `${name}.svg`)
      .toSorted(),
  )
})

it.each(Object.entries(pages))('%s is drawn as it was looked at', async (name, content) => {
  const file = join(goldensFolder, `${name}.svg`)
  // tools/goldens/figures/make.ts makes them again, and pictures to look at.
  expect(existsSync(file) && readFileSync(file, 'utf8') === (await goldenOf(content))).toBe(true)
})

it.each(Object.entries(pages))('%s has no text over another or beyond the page', async (_, content) => {
  const svg = new TextDecoder().decode(await renderFigure({ content, format: 'svg', dpi: 300, text: 'bare' }))
  const [, width = '', height = ''] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []
  const texts = textsOf(svg, typefaceOf(content))
  expect(texts.length).toBeGreaterThan(3)
  const over = texts.flatMap((text, at) =>
    texts.slice(at + 1).flatMap((other) => (overlap(text, other) ? [`${text.text} × ${other.text}`] : [])),
  )
  const beyond = texts.filter(({ corners }) =>
    corners.some(([x, y]) => x < -1 || y < -1 || x > Number(width) + 1 || y > Number(height) + 1),
  )
  expect({ over, beyond: beyond.map(({ text }) => text) }).toEqual({ over: [], beyond: [] })
})
