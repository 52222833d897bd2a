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
  typeface?: TypefaceName
  /** Texts as paths, which look the same without the font; otherwise as text with the font embedded. */
  outline?: boolean
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
  const body = placeTexts(inner(drawn), face, options.outline ?? false)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${options.widthInches}in" height="${options.heightInches}in" viewBox="0 0 ${round(width)} ${round(height)}" role="img">`,
    `<title>${escapeMarkup(spec.title)}</title>`,
    `<desc>${escapeMarkup([spec.alt, ...spec.notes].join('\n'))}</desc>`,
    ...(options.outline ? [] : [fontStyle(face, body)]),
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

function fontStyle(face: Typeface, body: string): string {
  const faces = [
    { bytes: face.faces.regular.bytes, weight: 400 },
    ...(body.includes('font-weight="600"') ? [{ bytes: face.faces.semibold.bytes, weight: 600 }] : []),
  ]
  const rules = faces.map(
    ({ bytes, weight }) =>
      `@font-face{font-family:'${face.family}';font-weight:${weight};src:url(data:font/woff;base64,${bytes.toString('base64')}) format('woff')}`,
  )
  return `<style>${rules.join('')}</style>`
}

const round = (value: number) => Number(value.toFixed(3))
