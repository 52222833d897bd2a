import { KernelscopeError } from '#shared/errors.ts'
import type { Element } from './markup.ts'
import { idOf, inverse, readColour, readDashes, readNumber, readPoints, readTransform } from './values.ts'

type Document = PDFKit.PDFDocument
type Paint = string | ReturnType<Document['linearGradient']>

/** Name under which a document knows the font of a text. */
export const fontName = (family: string, isBold: boolean): string => (isBold ? `${family}-Bold` : family)

const known = new Set(['title', 'desc', 'defs', 'style'])

/** Draws the elements of a figure's SVG into a PDF, in the SVG's units. */
export class Painter {
  readonly #document: Document
  /** Elements with an id: clip paths and gradients. */
  readonly #named = new Map<string, Element>()

  constructor(document: Document, root: Element) {
    this.#document = document
    this.#collect(root)
  }

  #collect(element: Element): void {
    const { id } = element.attributes
    if (id !== undefined) this.#named.set(id, element)
    for (const child of element.children) this.#collect(child)
  }

  /**
   * Draws an element with what is inside it.
   *
   * @throws INTERNAL where it is of a kind that figures do not have
   */
  draw(element: Element): void {
    const { name, attributes, children } = element
    if (known.has(name)) return
    this.#document.save()
    for (const matrix of readTransform(attributes['transform'] ?? '')) this.#document.transform(...matrix)
    this.#clip(attributes['clip-path'])
    if (name === 'g' || name === 'svg') for (const child of children) this.draw(child)
    else if (name === 'text') this.#text(element)
    else if (name === 'image') this.#image(attributes)
    else this.#shape(element)
    this.#document.restore()
  }

  #clip(reference: string | undefined): void {
    const id = idOf(reference)
    if (id === null) return
    const [child, ...others] = this.#get(id).children
    if (!child || others.length > 0) throw unknown('a clip path that is not of one element')
    const maps = readTransform(child.attributes['transform'] ?? '')
    for (const matrix of maps) this.#document.transform(...matrix)
    this.#outline(child)
    this.#document.clip()
    // The clip stays where it was made; what is drawn inside has coordinates of its own.
    for (const matrix of maps.toReversed()) this.#document.transform(...inverse(matrix))
  }

  #get(id: string): Element {
    const found = this.#named.get(id)
    if (!found) throw unknown(`a reference to #${id}`)
    return found
  }

  /** Begins a path in the document along an element. Returns its corners, where it is a polygon or a rectangle. */
  #outline({ name, attributes }: Element): [number, number][] {
    const { d = '', points = '' } = attributes
    if (name === 'path') {
      this.#document.path(d)
      return []
    }
    if (name !== 'polygon' && name !== 'rect') throw unknown(`<${name}>`)
    const corners = name === 'rect' ? cornersOf(attributes) : readPoints(points)
    this.#document.polygon(...corners)
    return corners
  }

  #shape(element: Element): void {
    const { attributes } = element
    const fill = attributes['fill'] ?? '#000'
    const stroke = attributes['stroke'] ?? 'none'
    const width = readNumber(attributes['stroke-width'], 1)
    const isStroked = stroke !== 'none' && width > 0
    const isFilled = fill !== 'none' && !this.#isClear(idOf(fill))
    if (!isFilled && !isStroked) return
    const corners = this.#outline(element)
    const opacity = readNumber(attributes['opacity'], 1)
    this.#document.fillOpacity(opacity * readNumber(attributes['fill-opacity'], 1))
    this.#document.strokeOpacity(opacity * readNumber(attributes['stroke-opacity'], 1))
    if (isStroked) this.#pen(attributes, width)
    const paint = isFilled ? this.#paint(fill, corners) : null
    if (paint && isStroked) this.#document.fillAndStroke(paint, readColour(stroke))
    else if (paint) this.#document.fill(paint)
    else this.#document.stroke(readColour(stroke))
  }

  /** Whether a gradient shows nothing: ECharts lays one below the bar of a colour map. */
  #isClear(id: string | null): boolean {
    return (
      id !== null &&
      this.#get(id).children.every((stop) => readNumber(stop.attributes['stop-opacity'], 1) === 0)
    )
  }

  #pen(attributes: Record<string, string>, width: number): void {
    this.#document.lineWidth(width)
    this.#document.lineCap(cap(attributes['stroke-linecap']))
    this.#document.lineJoin(join(attributes['stroke-linejoin']))
    this.#document.miterLimit(readNumber(attributes['stroke-miterlimit'], 4))
    const [first, second, ...more] = readDashes(attributes['stroke-dasharray'])
    if (first === undefined) this.#document.undash()
    // The types know one dash only.
    else this.#document.addContent(`[${[first, second ?? first, ...more].join(' ')}] 0 d`)
  }

  #paint(fill: string, corners: readonly [number, number][]): Paint {
    const id = idOf(fill)
    if (id === null) return readColour(fill)
    const { attributes, children } = this.#get(id)
    if (corners.length === 0) throw unknown('a gradient on a path')
    const [left, top] = [0, 1].map((axis) => Math.min(...corners.map((corner) => corner[axis] ?? 0)))
    const [right, bottom] = [0, 1].map((axis) => Math.max(...corners.map((corner) => corner[axis] ?? 0)))
    const at = (x: string, y: string): [number, number] => [
      between(left ?? 0, right ?? 0, readNumber(attributes[x], 0)),
      between(top ?? 0, bottom ?? 0, readNumber(attributes[y], 0)),
    ]
    const gradient = this.#document.linearGradient(...at('x1', 'y1'), ...at('x2', 'y2'))
    for (const stop of children) {
      if (readNumber(stop.attributes['stop-opacity'], 1) !== 1)
        throw unknown('a gradient that is clear in part')
      gradient.stop(
        readNumber(stop.attributes['offset'], 0),
        readColour(stop.attributes['stop-color'] ?? '#000'),
      )
    }
    return gradient
  }

  #text({ attributes, text }: Element): void {
    const size = readNumber(attributes['font-size'], 0)
    this.#document.font(fontName(attributes['font-family'] ?? '', attributes['font-weight'] === '600'), size)
    const width = this.#document.widthOfString(text)
    const anchor = attributes['text-anchor']
    const back = anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0
    this.#document.fillOpacity(readNumber(attributes['fill-opacity'], 1))
    this.#document.fillColor(readColour(attributes['fill'] ?? '#000'))
    this.#document.text(text, readNumber(attributes['x'], 0) - back, readNumber(attributes['y'], 0), {
      lineBreak: false,
      baseline: 'alphabetic',
    })
  }

  #image(attributes: Record<string, string>): void {
    const [, base64] = /^data:image\/png;base64,(.*)$/s.exec(attributes['xlink:href'] ?? '') ?? []
    if (base64 === undefined) throw unknown('an image that is not a PNG')
    const of = (name: string) => readNumber(attributes[name], 0)
    const size: [number, number] = [of('width'), of('height')]
    const isWhole = attributes['preserveAspectRatio'] !== 'none'
    this.#document.fillOpacity(readNumber(attributes['opacity'], 1))
    this.#document.image(
      Buffer.from(base64, 'base64'),
      of('x'),
      of('y'),
      isWhole ? { fit: size, align: 'center', valign: 'center' } : { width: size[0], height: size[1] },
    )
  }
}

const unknown = (what: string) => new KernelscopeError('INTERNAL', `cannot write this SVG as PDF: ${what}`)

const between = (from: number, to: number, share: number) => from + share * (to - from)

function cornersOf(attributes: Record<string, string>): [number, number][] {
  const [x = 0, y = 0, width = 0, height = 0] = ['x', 'y', 'width', 'height'].map((name) =>
    readNumber(attributes[name], 0),
  )
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ]
}

const cap = (name: string | undefined) => (name === 'round' || name === 'square' ? name : 'butt')
const join = (name: string | undefined) => (name === 'round' || name === 'bevel' ? name : 'miter')
