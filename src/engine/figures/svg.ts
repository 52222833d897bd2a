import * as echarts from 'echarts'
import { toOption } from '#shared/figures/option.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { FigureTheme } from '#shared/figures/theme.ts'
import { escapeMarkup } from '#shared/figures/tooltip.ts'
import { measure, placeTexts } from './text.ts'
import { typeface, type Typeface, type TypefaceName } from './typeface.ts'

export interface DrawingSize {
  widthInches: number
  heightInches: number
}

export interface SvgOptions extends DrawingSize {
  typeface?: TypefaceName | undefined
  /**
   * embedded: text, with its fonts in the file; outlines: paths, which look the same without any font; bare: text, for a
   * reader that has the fonts.
   */
  text?: 'embedded' | 'outlines' | 'bare'
}

const pointsPerInch = 72

/**
 * ECharts moves straight lines to whole units so that they are sharp on a screen. Drawn in units of a fifth of a point,
 * that moves nothing visible on paper.
 */
const unitsPerPoint = 5

/**
 * A figure as a standalone SVG of exact physical size. Text is measured with the font that is shipped, lengths of the
 * theme are points. The same input gives the same bytes.
 */
export function renderSvg(spec: FigureSpec, theme: FigureTheme, options: SvgOptions): string {
  const face = typeface(options.typeface ?? 'sans')
  const width = options.widthInches * pointsPerInch * unitsPerPoint
  const height = options.heightInches * pointsPerInch * unitsPerPoint
  const drawn = draw(spec, enlarged(theme, face), { width, height }, face)
  const text = options.text ?? 'embedded'
  const body = placeTexts(inner(drawn), face, text === 'outlines')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${options.widthInches}in" height="${options.heightInches}in" viewBox="0 0 ${round(width)} ${round(height)}" role="img">`,
    `<title>${escapeMarkup(spec.title)}</title>`,
    `<desc>${escapeMarkup([spec.alt, ...spec.notes].join('\n'))}</desc>`,
    ...(text === 'embedded' ? [fontStyle(face, body)] : []),
    body,
    '</svg>\n',
  ].join('\n')
}

function draw(
  spec: FigureSpec,
  theme: FigureTheme,
  size: { width: number; height: number },
  face: Typeface,
): string {
  // ECharts knows one way to measure per process; drawing is synchronous, so no other figure comes between.
  echarts.setPlatformAPI({ measureText: (text, font) => ({ width: measure(face, text, font ?? '') }) })
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption(toOption(spec, theme, size))
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

function enlarged(theme: FigureTheme, face: Typeface): FigureTheme {
  return {
    ...theme,
    fontFamily: face.family,
    fontSize: theme.fontSize * unitsPerPoint,
    lineWidth: theme.lineWidth * unitsPerPoint,
    symbolSize: theme.symbolSize * unitsPerPoint,
    textWidth: (text, fontSize) => face.faces.regular.width(text, fontSize),
  }
}

/** What is inside ECharts' svg element, without its running numbers, hover styles and event attributes. */
function inner(svg: string): string {
  return svg
    .replace(/^<svg [^>]*>\s*/, '')
    .replace(/\s*<\/svg>\s*$/, '')
    .replace(/<style\b[^>]*>[\s\S]*?<\/style>\s*/g, '')
    .replace(/ (?:class|pointer-events|ecmeta_[a-z_]+)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, 'k-')
    .replace(/(\d\.\d{3})\d{3,}/g, '$1')
}

/** The fonts that the texts of the figure use. */
function fontStyle(face: Typeface, body: string): string {
  const families = [face, ...(face.fallback ? [face.fallback] : [])]
  const rules = families.flatMap(({ family, faces }) =>
    (
      [
        [400, 'regular', `font-family="${family}"(?! font-size="[^"]*" font-weight)`],
        [600, 'semibold', `font-family="${family}" font-size="[^"]*" font-weight`],
      ] as const
    )
      .filter(([, , used]) => new RegExp(used).test(body))
      .map(
        ([weight, name]) =>
          `@font-face{font-family:'${family}';font-weight:${weight};src:url(data:font/woff;base64,${faces[name].bytes.toString('base64')}) format('woff')}`,
      ),
  )
  return `<style>${rules.join('')}</style>`
}

const round = (value: number) => Number(value.toFixed(3))
