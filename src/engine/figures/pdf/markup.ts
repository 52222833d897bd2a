import { KernelscopeError } from '#shared/errors.ts'

/** An element of a figure's SVG. */
export interface Element {
  name: string
  attributes: Record<string, string>
  children: Element[]
  /** Its text, where it has no children. */
  text: string
}

const token = /<(\/?)([\w:]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|([^<]+)/gy
const attribute = /([\w:-]+)="([^"]*)"/g
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const plain = (text: string) =>
  text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
      return entities[name ?? ''] ?? whole
    },
  )

/**
 * Reads the SVG that `renderSvg` writes: elements, attributes in double quotes, and text.
 *
 * @throws INTERNAL where there is anything else
 */
export function readMarkup(svg: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  token.lastIndex = 0
  for (let end = 0; end < svg.length; end = token.lastIndex) {
    const found = token.exec(svg)
    const parent = open.at(-1)
    if (!found || !parent) throw unreadable(svg.slice(end, end + 60))
    const [, closing = '', name = '', attributes = '', empty = '', text] = found
    if (text !== undefined) {
      parent.text += plain(text)
      continue
    }
    if (closing !== '') {
      if (parent.name !== name) throw unreadable(`</${name}> after <${parent.name}>`)
      open.pop()
      continue
    }
    const element: Element = {
      name,
      attributes: Object.fromEntries(
        [...attributes.matchAll(attribute)].map(([, key = '', value = '']) => [key, plain(value)]),
      ),
      children: [],
      text: '',
    }
    parent.children.push(element)
    if (empty === '') open.push(element)
  }
  const [svgElement, ...others] = root.children
  if (open.length > 1 || svgElement?.name !== 'svg' || others.length > 0) throw unreadable('no single <svg>')
  return svgElement
}

const unreadable = (what: string) => new KernelscopeError('INTERNAL', `cannot write this SVG as PDF: ${what}`)
