import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create, type Font } from 'fontkit'
import PDFDocument from 'pdfkit'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { renderFigure } from '#engine/figures/render.ts'
import { typeface } from '#engine/figures/typeface.ts'
import { readMarkup } from '#engine/figures/pdf/markup.ts'
import { Painter } from '#engine/figures/pdf/paint.ts'
import { inverse, readColour, readTransform } from '#engine/figures/pdf/values.ts'
import { pages } from './gallery/pages.ts'

/** The content stream of a page that shows an SVG. */
async function drawn(svg: string): Promise<string> {
  const document = new PDFDocument({ size: [100, 100], margin: 0, compress: false })
  const chunks: Buffer[] = []
  document.on('data', (chunk: Buffer) => chunks.push(chunk))
  const root = readMarkup(svg)
  new Painter(document, root).draw(root)
  document.end()
  return new Promise((resolve) => document.on('end', () => resolve(Buffer.concat(chunks).toString('latin1'))))
}

describe('the SVG of a figure', () => {
  it('is read with its text as it was before it was escaped', () => {
    const root = readMarkup('<svg a="1 &lt; 2"><g><text>x &amp;&#x27;&#38; y</text></g><rect/>\n</svg>\n')
    expect(root.attributes).toEqual({ a: '1 < 2' })
    expect(root.children.map(({ name }) => name)).toEqual(['g', 'rect'])
    expect(root.children[0]?.children[0]?.text).toBe("x &'& y")
  })

  it.each(['<svg><g></svg>', '<svg', '<svg/><svg/>', "<svg a='1'/>", '<svg><!-- --></svg>', ''])(
    'is refused where it is not what figures write: %s',
    (svg) => expect(() => readMarkup(svg)).toThrow(expect.objectContaining({ code: 'INTERNAL' })),
  )

  it.each([
    '<svg><circle r="1"/></svg>',
    '<svg><rect width="1" height="1" fill="hsl(1,2%,3%)"/></svg>',
    '<svg><g transform="skewX(3)"/></svg>',
    '<svg><path d="M0 0L1 1" fill="url(#missing)"/></svg>',
    '<svg><image width="1" height="1" xlink:href="data:image/svg+xml;base64,AA=="/></svg>',
  ])('is not drawn where a part is unknown: %s', async (svg) => {
    await expect(drawn(svg)).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  it('has maps that their inverses undo', () => {
    const [m = [1, 0, 0, 1, 0, 0]] = readTransform('matrix(2,1,-3,4,5,6)')
    const [a, b, c, d, e, f] = inverse(m)
    const at = (x: number, y: number) => [m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]] as const
    const [x, y] = at(7, 8)
    expect([a * x + c * y + e, b * x + d * y + f].map((one) => Number(one.toFixed(9)))).toEqual([7, 8])
    const [turned = m] = readTransform('rotate(90)')
    expect(turned.map((one) => Math.round(one))).toEqual([0, 1, -1, 0, 0, 0])
  })

  it('has colours in each of the ways that figures write them', () => {
    expect(['#abc', '#0072B2', 'rgb(255, 0,15)'].map(readColour)).toEqual(['#aabbcc', '#0072B2', '#ff000f'])
  })

  it('keeps lines without width unseen, and dashes of any number', async () => {
    const line = (more: string) => drawn(`<svg><path d="M0 0L9 9" fill="none" stroke="#000" ${more}/></svg>`)
    expect(await line('stroke-width="0"')).not.toMatch(/\nS\n/)
    expect(await line('stroke-width="2" stroke-dasharray="44,11,11,11"')).toMatch(
      /\[44 11 11 11\] 0 d\n[\s\S]*\nS\n/,
    )
  })
})

/** Mean of each colour over squares of 12 pixels: letters and edges are drawn a little differently. */
async function means(picture: Uint8Array | string): Promise<number[]> {
  const raw = sharp(picture).flatten({ background: '#ffffff' }).toColourspace('srgb').raw()
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  const side = 12
  const [across, down] = [Math.floor(info.width / side), Math.floor(info.height / side)]
  const sums = Array.from({ length: across * down * 3 }, () => 0)
  for (let y = 0; y < down * side; y++)
    for (let x = 0; x < across * side; x++)
      for (let c = 0; c < 3; c++) {
        const at = (Math.floor(y / side) * across + Math.floor(x / side)) * 3 + c
        sums[at] = (sums[at] ?? 0) + (data[(y * info.width + x) * info.channels + c] ?? 0)
      }
  return sums.map((sum) => sum / side ** 2)
}

const isMissing = spawnSync('pdftoppm', ['-v']).error !== undefined

describe.skipIf(isMissing)('a PDF shows what the PNG shows, drawn by Poppler', () => {
  it.each(['confusion-sample', 'pictures-saliency', 'panels-four', 'bars-signed'])('%s', async (name) => {
    const content = pages[name]
    if (!content) throw new Error(`no page ${name}`)
    const dpi = 200
    const folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
    try {
      writeFileSync(join(folder, 'a.pdf'), await renderFigure({ content, format: 'pdf', dpi }))
      const paths = [join(folder, 'a.pdf'), join(folder, 'a')]
      execFileSync('pdftoppm', ['-r', String(dpi), '-png', '-singlefile', ...paths])
      const png = await renderFigure({ content, format: 'png', dpi })
      const [ours, theirs] = [await means(png), await means(join(folder, 'a.png'))]
      const apart = ours.filter((mean, at) => Math.abs(mean - (theirs[at] ?? 0)) > 30)
      expect(ours.length).toBe(theirs.length)
      expect(apart.length / ours.length).toBeLessThan(0.002)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

it('the fonts that PDFs embed have the glyphs, widths and kerning that fontkit reads from their WOFF files', () => {
  const read = (bytes: Buffer) => {
    const font = create(bytes) as Font
    const { glyphs, positions } = font.layout('AVATo fi 0.5 ± µ')
    const drawn = glyphs.map(({ path, advanceWidth }) => [path.toSVG(), advanceWidth])
    return [font.numGlyphs, font.unitsPerEm, font.ascent, font.characterSet.length, drawn, positions]
  }
  for (const name of ['sans', 'serif'] as const)
    for (const { bytes, unpacked } of Object.values(typeface(name).faces)) {
      expect(unpacked.toString('latin1', 0, 4)).not.toBe('wOFF')
      expect(read(unpacked)).toEqual(read(bytes))
    }
})
