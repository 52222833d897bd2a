import { KernelscopeError } from '#shared/errors.ts'

/** An affine map as PDF and SVG write it: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number]

const numbers = (text: string): number[] =>
  text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(Number)

const radians = (degrees: number) => (degrees * Math.PI) / 180

/**
 * Reads the `transform` of an element, the outermost map first.
 *
 * @throws INTERNAL for anything but translate, scale, rotate about the origin and matrix
 */
export function readTransform(text: string): Matrix[] {
  const maps = [...text.matchAll(/(\w+)\(([^)]*)\)/g)]
  return maps.map(([whole, name = '', inside = '']): Matrix => {
    const [a = 0, b, c = 0, d = 0, e = 0, f = 0] = numbers(inside)
    switch (name) {
      case 'translate':
        return [1, 0, 0, 1, a, b ?? 0]
      case 'scale':
        return [a, 0, 0, b ?? a, 0, 0]
      case 'rotate': {
        if (b !== undefined) break
        const [cos, sin] = [Math.cos(radians(a)), Math.sin(radians(a))]
        return [cos, sin, -sin, cos, 0, 0]
      }
      case 'matrix':
        return [a, b ?? 0, c, d, e, f]
    }
    throw new KernelscopeError('INTERNAL', `cannot write this transform as PDF: ${whole}`)
  })
}

/** The map that undoes a map which is not flat. */
export function inverse([a, b, c, d, e, f]: Matrix): Matrix {
  const area = a * d - b * c
  return [d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area]
}

/**
 * Reads a colour. Returns it as `#rrggbb`.
 *
 * @throws INTERNAL where it is not `#rgb`, `#rrggbb` or `rgb(r,g,b)`
 */
export function readColour(text: string): string {
  if (/^#[\da-f]{6}$/i.test(text)) return text
  if (/^#[\da-f]{3}$/i.test(text)) return text.replace(/[\da-f]/gi, '$&$&')
  const parts = numbers(/^rgb\(([^)]*)\)$/.exec(text)?.[1] ?? '')
  if (parts.length !== 3 || !parts.every((part) => part >= 0 && part <= 255))
    throw new KernelscopeError('INTERNAL', `cannot write this colour as PDF: ${text}`)
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`
}

/** Reads the points of a polygon as [x, y]. */
export function readPoints(text: string): [number, number][] {
  const all = numbers(text)
  return Array.from({ length: all.length >> 1 }, (_, at) => [all[2 * at] ?? 0, all[2 * at + 1] ?? 0])
}

/** Reads the lengths of dashes and gaps; none for a solid line. */
export const readDashes = (text: string | undefined): number[] => numbers(text ?? '')

/** The number of an attribute, e.g. `50%` as 0.5; `missing` where there is none. */
export function readNumber(text: string | undefined, missing: number): number {
  if (text === undefined || text === '') return missing
  return text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
}

/** The id in `url(#id)`; null for anything else. */
export const idOf = (text: string | undefined): string | null =>
  /^url\(#([^)]+)\)$/.exec(text ?? '')?.[1] ?? null
