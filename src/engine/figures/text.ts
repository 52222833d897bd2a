import type { Face, Typeface, Weight } from './typeface.ts'

/** Writes a length in its shortest form, rounded to a thousandth of a unit, which is not visible. */
const short = (value: number) => String(Number(value.toFixed(3)))

interface Text {
  content: string
  family: string
  face: Face
  weight: Weight
  fontSize: number
  anchor: 'start' | 'middle' | 'end'
  x: number
  /** Of the baseline. */
  y: number
  fill: string
  opacity: string | undefined
  transform: string | undefined
}

/** Measures the width of a text, in the unit of the CSS font that ECharts passes, e.g. "600 8px Inter". */
export function measure(typeface: Typeface, text: string, cssFont: string): number {
  const fontSize = Number.parseFloat(/([\d.]+)px/.exec(cssFont)?.[1] ?? '12')
  return faceFor(typeface, text, /\b(bold|[6-9]00)\b/.test(cssFont)).face.width(text, fontSize)
}

/**
 * Rewrites the texts of ECharts' SVG so that every viewer places them where ECharts measured them. The baseline becomes
 * a number, since many viewers do not support `dominant-baseline`.
 *
 * @param outline turns texts into paths, which need no font; a text with a character that the typeface lacks stays text
 */
export function placeTexts(svg: string, typeface: Typeface, outline: boolean): string {
  return svg.replace(/<text ([^>]*)>([^<]*)<\/text>/g, (_, attributes: string, content: string) => {
    const text = readText(attributes, decode(content), typeface)
    return outline && text.face.covers(text.content) ? asPath(text) : asText(text, content)
  })
}

/**
 * Breaks a text at spaces into lines that fit a width. A word that is too long for a line gets its own line.
 *
 * @param width in the unit of `fontSize`
 * @param letter written in bold before the first line
 */
export function wrapped(
  text: string,
  width: number,
  fontSize: number,
  typeface: Typeface,
  letter = '',
): string[] {
  const { regular, semibold } = typeface.faces
  const indent = letter === '' ? 0 : semibold.width(letter, fontSize) + fontSize * 0.35
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`
    const free = width - (lines.length === 0 ? indent : 0)
    if (line !== '' && regular.width(longer, fontSize) > free) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return line === '' ? lines : [...lines, line]
}

function readText(attributes: string, content: string, typeface: Typeface): Text {
  const get = (name: string) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1]
  const style = get('style') ?? ''
  const fontSize = Number.parseFloat(/font-size:([\d.]+)px/.exec(style)?.[1] ?? '12')
  const { family, face, weight } = faceFor(typeface, content, /font-weight:(bold|[6-9]00)/.test(style))
  const baseline = get('dominant-baseline')
  const shift = baseline === 'central' || baseline === 'middle' ? face.middle(fontSize) : 0
  const anchor = get('text-anchor')
  return {
    content,
    family,
    face,
    weight,
    fontSize,
    anchor: anchor === 'middle' || anchor === 'end' ? anchor : 'start',
    x: Number(get('x') ?? 0),
    y: Number(get('y') ?? 0) + shift,
    fill: get('fill') ?? '#000000',
    opacity: get('fill-opacity'),
    transform: get('transform'),
  }
}

function asText(text: Text, content: string): string {
  // Spaces at the end only widen entries of a legend.
  const shown = text.anchor === 'start' ? content.trimEnd() : content
  const weight = text.weight === 'semibold' ? ' font-weight="600"' : ''
  return (
    `<text x="${short(text.x)}" y="${short(text.y)}" font-family="${text.family}" font-size="${short(text.fontSize)}"${weight}` +
    ` text-anchor="${text.anchor}"${paint(text)} xml:space="preserve">${shown}</text>`
  )
}

function asPath(text: Text): string {
  const width = text.face.width(text.content, text.fontSize)
  const left = text.x - (text.anchor === 'middle' ? width / 2 : text.anchor === 'end' ? width : 0)
  const outline = text.face.outline(text.content, text.fontSize, left, text.y)
  const path = outline.replace(/-?\d+\.\d+(?:e-?\d+)?/g, (number) => short(Number(number)))
  return `<path d="${path}"${paint(text)}/>`
}

function paint({ fill, opacity, transform }: Text): string {
  return ` fill="${fill}"${opacity ? ` fill-opacity="${opacity}"` : ''}${transform ? ` transform="${transform}"` : ''}`
}

/** Chooses the face of a text: from the typeface, or from its fallback where only the fallback has all characters. */
function faceFor(
  typeface: Typeface,
  text: string,
  bold: boolean,
): { family: string; face: Face; weight: Weight } {
  const weight = bold ? 'semibold' : 'regular'
  const { family, faces, fallback } = typeface
  if (fallback && !faces[weight].covers(text) && fallback.faces[weight].covers(text))
    return { family: fallback.family, face: fallback.faces[weight], weight }
  return { family, face: faces[weight], weight }
}

function decode(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#039;', "'")
    .replaceAll('&amp;', '&')
}
