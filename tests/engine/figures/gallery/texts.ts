import { typeface, type TypefaceName } from '#engine/figures/typeface.ts'

/** A text of a figure as a rectangle on the page that may be turned, in fifths of a point. */
export interface PlacedText {
  text: string
  /** Its corners, in order. */
  corners: (readonly [number, number])[]
}

type Matrix = readonly [number, number, number, number, number, number]

const at = ([a, b, c, d, e, f]: Matrix, x: number, y: number) =>
  [a * x + c * y + e, b * x + d * y + f] as const

function matrixOf(transform: string): Matrix {
  const [, kind, list = ''] = /^(matrix|translate)\(([^)]*)\)$/.exec(transform) ?? []
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = list.split(/[ ,]+/).map(Number)
  if (kind === 'matrix') return [a, b, c, d, e, f]
  if (transform !== '' && kind === undefined) throw new RangeError(`unknown transform: ${transform}`)
  return [1, 0, 0, 1, a, b]
}

/** Height of capitals and depth of no more than digits have, in sizes of the type: what must not touch. */
const [high, low] = [0.66, 0.02]

/** The texts of an SVG that `renderSvg` wrote with text as text. */
export function textsOf(svg: string, name: TypefaceName): PlacedText[] {
  const { faces } = typeface(name)
  const found: PlacedText[] = []
  let [left, top] = [0, 0]
  for (const [, moveX, moveY, attributes = '', text = ''] of svg.matchAll(
    /<g transform="translate\(([\d.-]+) ([\d.-]+)\)">|<text ([^>]*)>([^<]*)<\/text>/g,
  )) {
    if (moveX !== undefined) {
      ;[left, top] = [Number(moveX), Number(moveY)]
      continue
    }
    const get = (key: string) => new RegExp(`(?:^|\\s)${key}="([^"]*)"`).exec(attributes)?.[1] ?? ''
    const size = Number(get('font-size'))
    const face = get('font-weight') === '600' ? faces.semibold : faces.regular
    const width = face.width(text.trimEnd(), size)
    const anchor = get('text-anchor')
    const x = Number(get('x')) - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0)
    const y = Number(get('y'))
    const turned = matrixOf(get('transform'))
    const corners = [
      [x, y - high * size],
      [x + width, y - high * size],
      [x + width, y + low * size],
      [x, y + low * size],
    ].map(([cornerX = 0, cornerY = 0]) => at(turned, cornerX, cornerY))
    // Letters and titles of panels are outside of groups and have no transform.
    const [groupX, groupY] = get('transform') === '' ? [0, 0] : [left, top]
    if (text.trim() !== '')
      found.push({ text, corners: corners.map(([px, py]) => [px + groupX, py + groupY]) })
  }
  return found
}

/** Whether two rectangles share an area of more than a sliver, by the separating axis theorem. */
export function overlap(a: PlacedText, b: PlacedText): boolean {
  for (const { corners } of [a, b])
    for (const edge of [0, 1]) {
      const [x1, y1] = corners[edge] ?? [0, 0]
      const [x2, y2] = corners[edge + 1] ?? [0, 0]
      const length = Math.hypot(x2 - x1, y2 - y1) || 1
      const along = ([x, y]: readonly [number, number]) => ((x2 - x1) * x + (y2 - y1) * y) / length
      const [own, other] = [a.corners.map(along), b.corners.map(along)]
      if (Math.max(...own) <= Math.min(...other) + 0.5 || Math.max(...other) <= Math.min(...own) + 0.5)
        return false
    }
  return true
}
