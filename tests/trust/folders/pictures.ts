import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Survived } from './survived.ts'

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#2a6' } })

/** An image that is added to the class of cats. */
const cat = (title: string, name: string, make: () => Promise<Buffer> | Buffer, unreadable = 0): Survived => [
  title,
  async (root) => writeFileSync(join(root, 'cat', name), await make()),
  { images: 3, unreadable },
]

/** Folders that are added, each with one image. */
const classes = (title: string, names: string[], images: number): Survived => [
  title,
  (root, image) => {
    for (const name of names) {
      mkdirSync(join(root, name), { recursive: true })
      writeFileSync(join(root, name, 'a.png'), image)
    }
  },
  { images },
]

const zip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex')
const svg = (inner: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8">${inner}</svg>`)

/** Images of forms that a dataset seldom has, and classes with odd names. */
export const pictures: Survived[] = [
  cat('an image of 16 bits', 'c.png', () => plain(8, 8).toColourspace('rgb16').png().toBuffer()),
  cat('an image in CMYK', 'c.jpg', () => plain(8, 8).toColourspace('cmyk').jpeg().toBuffer()),
  cat('an image that is turned by EXIF', 'c.jpg', () =>
    plain(8, 4).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  ),
  cat('an image of one pixel', 'c.png', () => plain(1, 1).png().toBuffer()),
  cat('an image of 30,000 by 1 pixels', 'c.png', () => plain(30_000, 1).png().toBuffer()),
  cat('an image in grey', 'c.png', () => plain(8, 8).toColourspace('b-w').png().toBuffer()),
  cat('an image with transparency', 'c.png', () => plain(8, 8).ensureAlpha(0.2).png().toBuffer()),
  cat('an image of another format than its name says', 'c.jpg', () => plain(8, 8).png().toBuffer()),
  cat('an image with its suffix in capitals', 'C.JPEG', () => plain(8, 8).jpeg().toBuffer()),
  cat('an image with bytes after its end', 'c.jpg', async () =>
    Buffer.concat([await plain(8, 8).jpeg().toBuffer(), Buffer.alloc(5000, 7)]),
  ),
  cat('a progressive image', 'c.jpg', () => plain(64, 64).jpeg({ progressive: true }).toBuffer()),
  cat('an archive with the name of an image', 'c.jpg', () => zip, 1),
  cat('a PDF with the name of an image', 'c.png', () => Buffer.from('%PDF-1.7\n%%EOF'), 1),
  cat('zero bytes with the name of an image', 'c.png', () => Buffer.alloc(4096), 1),
  cat('an SVG that reads a file', 'c.png', () => svg('<image href="/etc/passwd" width="8" height="8"/>'), 1),
  cat(
    'an SVG with an entity that grows',
    'c.png',
    () =>
      Buffer.from(
        `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(1000)}"><!ENTITY d "${'&b;'.repeat(1000)}">]><svg>&d;</svg>`,
      ),
    1,
  ),
  cat(
    'a picture that is cut in half',
    'c.jpg',
    async () => {
      const whole = await plain(200, 200).jpeg().toBuffer()
      return whole.subarray(0, whole.length / 2)
    },
    1,
  ),
  classes('classes that differ in case', ['Cat', 'CAT'], 4),
  classes('classes that differ in the form of an umlaut', ['vögel', 'vo\u0308gel'], 4),
  classes(
    'classes of spaces, signs of control and other scripts',
    [' ', 'a\nb', '\u202e', '猫', '%2e%2e'],
    7,
  ),
  classes(
    '100 classes of no name but a number',
    Array.from({ length: 100 }, (_, at) => `${at}`),
    102,
  ),
  classes(
    'severities of ImageNet-C of which most are missing',
    ['gaussian_noise/1/cat', 'gaussian_noise/4/dog'],
    4,
  ),
  classes(
    'variants of ImageNet-9 of which most are missing',
    ['mixed_rand/val/00_dog', 'only_fg/val/03_cat'],
    4,
  ),
]
