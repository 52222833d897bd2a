import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { renderFigure, type RenderContent } from '#engine/figures/render.ts'

/** Folder of the goldens. tools/goldens/figures/make.ts writes it. */
export const goldensFolder = join(import.meta.dirname, 'goldens')

/** Runs of more shapes than this are digests in a golden: cells of matrices, long curves' symbols. */
const longRun = 200

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)

/**
 * A figure as SVG for comparison: text as text without fonts, lengths rounded to a fiftieth of a point, pictures and
 * long runs of shapes as digests.
 */
export async function goldenOf(content: RenderContent): Promise<string> {
  const svg = await renderFigure({ content, format: 'svg', dpi: 300, text: 'bare' })
  return new TextDecoder()
    .decode(svg)
    .replace(/(?<=base64,)[A-Za-z0-9+/=]+/g, digestOf)
    .replace(/-?\d+\.\d+(?![\d.]*in")/g, (number) => String(Number(Number(number).toFixed(1))))
    .replace(
      new RegExp(`(?:<path [^>]*></path>\n){${longRun},}`, 'g'),
      (run) => `<!-- shapes ${digestOf(run)} -->\n`,
    )
}
