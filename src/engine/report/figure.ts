import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Press } from '../figures/index.ts'

/**
 * CSS variables that replace the colours of the paper theme, so that figures follow the light or dark theme of the
 * page. Data in the same colour follow the page as well, which is intended for black.
 */
const variables: Record<string, string> = {
  '#000000': '--fig-ink',
  '#000': '--fig-ink',
  '#262626': '--fig-muted',
  '#e0e0e0': '--fig-grid',
  '#ffffff': '--fig-ground',
  '#fff': '--fig-ground',
}

/**
 * Renders a figure as SVG for a page that has its fonts. It has no fixed size, and follows the theme of the page.
 *
 * @param prefix put before every id, so that ids are unique in the page
 */
export async function inlineFigure(press: Press, spec: FigureSpec, prefix: string): Promise<string> {
  const options = { widthInches: 6.4, dpi: 72, fontSize: 9 }
  const content = { kind: 'figure', spec, options } as const
  const bytes = await press.render({ content, format: 'svg', dpi: 72, text: 'bare' })
  return (
    themed(Buffer.from(bytes).toString(), spec.kind === 'heatmap')
      // Only inside tags: a title may have the same letters.
      .replace(/<(?:"[^"]*"|[^">])*>/g, (tag) => tag.replace(/( id="|url\(#|href="#)/g, `$1${prefix}`))
      .replace(/ width="[\d.]+in" height="[\d.]+in"/, '')
      .trim()
  )
}

/**
 * Replaces colours by variables. Numbers in heatmap cells stay black or white, since they lie on colours of the data.
 */
function themed(svg: string, heatmap: boolean): string {
  return svg.replace(/(fill|stroke)="(#[0-9a-f]{3,6})"/gi, (whole, attribute: string, colour: string) => {
    const variable = variables[colour.toLowerCase()]
    return variable === undefined || (heatmap && /^#(?:fff|000)/i.test(colour))
      ? whole
      : `${attribute}="var(${variable})"`
  })
}
