import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Press } from '../figures/index.ts'

/**
 * Colours of the paper theme become variables of the page, so that a figure is light or dark as the page is. They are
 * looked for as whole attributes: a colour of the data that happens to be equal would follow the page as well, which
 * black does on purpose.
 */
const variables: Record<string, string> = {
  '#000000': '--fig-ink',
  '#000': '--fig-ink',
  '#262626': '--fig-muted',
  '#e0e0e0': '--fig-grid',
  '#ffffff': '--fig-ground',
  '#fff': '--fig-ground',
}

/** A figure to be put into a page that has its fonts: scalable, its ids its own. */
export async function inlineFigure(press: Press, spec: FigureSpec, prefix: string): Promise<string> {
  const options = { widthInches: 6.4, dpi: 72, fontSize: 9 }
  const content = { kind: 'figure', spec, options } as const
  const bytes = await press.draw({ content, format: 'svg', dpi: 72, text: 'bare' })
  return (
    themed(Buffer.from(bytes).toString(), spec.kind === 'heatmap')
      // Only where ids stand, in tags: a title may have the same letters.
      .replace(/<(?:"[^"]*"|[^">])*>/g, (tag) => tag.replace(/( id="|url\(#|href="#)/g, `$1${prefix}`))
      .replace(/ width="[\d.]+in" height="[\d.]+in"/, '')
      .trim()
  )
}

/** Numbers in the cells of a heatmap stay black or white: they stand on the colours of the data. */
function themed(svg: string, heatmap: boolean): string {
  return svg.replace(/(fill|stroke)="(#[0-9a-f]{3,6})"/gi, (whole, attribute: string, colour: string) => {
    const variable = variables[colour.toLowerCase()]
    return variable === undefined || (heatmap && /^#(?:fff|000)/i.test(colour))
      ? whole
      : `${attribute}="var(${variable})"`
  })
}
