import { readFileSync } from 'node:fs'
import { create, type Font } from 'fontkit'
import { LruMap } from '#engine/base/lruMap.ts'
import { resourcePath } from '#engine/base/resources.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { unpackedFont } from './woff.ts'

/** sans: Inter; serif: STIX Two Text, which fits Times. Both have the SIL Open Font License. */
export type TypefaceName = 'sans' | 'serif'

/** Weight of a face: 400 or 600. */
export type Weight = 'regular' | 'semibold'

/** A font file with its measures. Lengths are in the unit of the given font size. */
export interface Face {
  /** The WOFF file, for embedding in SVG. */
  bytes: Buffer
  /** The same font with its tables unpacked, for embedding in PDF. */
  unpacked: Buffer
  /** Width of a text, with kerning. */
  width(text: string, fontSize: number): number
  /** Height of the middle of the letters above the baseline. */
  middle(fontSize: number): number
  /** Whether every character has a glyph. */
  covers(text: string): boolean
  /** Outlines of a text as SVG path data. Its baseline starts at (x, y); y grows downwards. */
  outline(text: string, fontSize: number, x: number, y: number): string
}

/** A typeface in two weights. */
export interface Typeface {
  /** CSS family name. */
  family: string
  faces: Record<Weight, Face>
  /** Typeface for texts with characters that the faces lack. */
  fallback?: Typeface
}

const files: Record<TypefaceName, { family: string; name: string }> = {
  sans: { family: 'Inter', name: 'inter' },
  serif: { family: 'STIX Two Text', name: 'stix-two-text' },
}

const loaded = new Map<TypefaceName, Typeface>()

/**
 * Returns a typeface from resources/fonts, which is read once.
 *
 * @throws INTERNAL where a file has more than one font
 */
export function typeface(name: TypefaceName): Typeface {
  const known = loaded.get(name)
  if (known) return known
  const { family, name: file } = files[name]
  const face: Typeface = {
    family,
    faces: { regular: readFace(`${file}-regular.woff`), semibold: readFace(`${file}-semibold.woff`) },
    ...(name === 'sans' ? {} : { fallback: typeface('sans') }),
  }

  loaded.set(name, face)
  return face
}

function readFace(file: string): Face {
  const path = resourcePath('fonts', file)
  const bytes = readFileSync(path)
  // Fontkit would unpack the tables anew for every text and every document.
  const unpacked = unpackedFont(bytes)
  const font = create(unpacked)
  if (!('layout' in font)) throw new KernelscopeError('INTERNAL', `${path} holds more than one font`)
  return faceOf(font, bytes, unpacked)
}

/** Texts of which a face keeps the width. */
const mostWidths = 4000

function faceOf(font: Font, bytes: Buffer, unpacked: Buffer): Face {
  const em = font.unitsPerEm
  // Layout asks for the same texts many times, at several sizes.
  const widths = new LruMap<string, number>(mostWidths)
  // Characters that the font lacks come from another font and are about as wide as high. ECharts takes the width of a
  // Chinese character as the line height.
  const widthInEm = (text: string) => {
    const known = [...text].filter((character) => font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0))
    const lacking = [...text].length - known.length
    return font.layout(known.join('')).advanceWidth / em + lacking
  }
  return {
    bytes,
    unpacked,
    width: (text, fontSize) => {
      const known = widths.get(text)
      if (known !== undefined) return known * fontSize
      const own = widthInEm(text)
      widths.set(text, own)
      return own * fontSize
    },
    middle: (fontSize) => ((font.ascent + font.descent) / 2 / em) * fontSize,
    covers: (text) =>
      [...text].every((character) => font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0)),
    outline: (text, fontSize, x, y) => {
      const { glyphs, positions } = font.layout(text)
      const scale = fontSize / em
      let pen = 0
      return glyphs
        .map((glyph, at) => {
          const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[at] ?? {}
          const left = x + (pen + xOffset) * scale
          pen += xAdvance
          return glyph.path.transform(scale, 0, 0, -scale, left, y - yOffset * scale).toSVG()
        })
        .join('')
    },
  }
}
