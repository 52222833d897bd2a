/**
 * Makes the goldens of tests/engine/figures/gallery: forty figures as SVG in their exact size. With a folder, writes
 * PNG at 150 dpi and PDF there instead, to look at.
 * Run: node tools/goldens/figures/make.ts [FOLDER] [NAME…]
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderFigure } from '#engine/figures/render.ts'
import { goldenOf, goldensFolder } from '../../../tests/engine/figures/gallery/golden.ts'
import { pages } from '../../../tests/engine/figures/gallery/pages.ts'

const [folder, ...names] = process.argv.slice(2)
const chosen = Object.entries(pages).filter(([name]) => names.length === 0 || names.includes(name))

if (folder === undefined) {
  mkdirSync(goldensFolder, { recursive: true })
  for (const [name, content] of chosen)
    writeFileSync(join(goldensFolder, `${name}.svg`), await goldenOf(content))
} else {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of chosen)
    for (const format of ['png', 'pdf'] as const)
      writeFileSync(join(folder, `${name}.${format}`), await renderFigure({ content, format, dpi: 150 }))
}
