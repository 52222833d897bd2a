import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Makes a pipe that nobody writes to. */
export const pipe = (path: string) => execFileSync('mkfifo', [path])

/** A title, what spoils a folder, and what is then found. */
export type Survived = [
  string,
  (root: string, image: Buffer) => void | Promise<void>,
  { images?: number; unreadable?: number; remark?: RegExp },
]

/** What is put into a folder of two classes, and how many images are then there, how many of them unreadable. */
export const survived: Survived[] = [
  ['a link that leads to itself', (root) => symlinkSync('self', join(root, 'self')), {}],
  [
    'an image that is a link to itself',
    (root) => symlinkSync('c.png', join(root, 'cat', 'c.png')),
    { images: 3, unreadable: 1 },
  ],
  [
    'an image that is a link without a target',
    (root) => symlinkSync('nothing', join(root, 'cat', 'c.png')),
    { images: 3, unreadable: 1 },
  ],
  ['a link to the folder above', (root) => symlinkSync('..', join(root, 'cat', 'up')), {}],
  [
    'two folders that link to each other',
    (root) => {
      symlinkSync('../dog', join(root, 'cat', 'to'))
      symlinkSync('../cat', join(root, 'dog', 'to'))
    },
    { images: 4 },
  ],
  [
    'ten folders that each link to all others',
    (root, image) => {
      const names = Array.from({ length: 10 }, (_, at) => `folder${at}`)
      for (const name of names) {
        mkdirSync(join(root, name))
        writeFileSync(join(root, name, 'a.png'), image)
        for (const other of names) if (other !== name) symlinkSync(`../${other}`, join(root, name, other))
      }
    },
    // Each folder, each link to one, and each folder once more through two links.
    { images: 2 + 10 + 90 + 10, remark: /each is a link to a folder that other links lead to: folder/ },
  ],
  ['a pipe with the name of an image', (root) => pipe(join(root, 'cat', 'c.png')), {}],
  [
    'a link to a pipe',
    (root) => {
      pipe(join(root, 'pipe'))
      symlinkSync('../pipe', join(root, 'cat', 'c.png'))
    },
    {},
  ],
  ['a link to a device', (root) => symlinkSync('/dev/zero', join(root, 'cat', 'c.png')), {}],
  ['a folder with the name of an image', (root) => mkdirSync(join(root, 'cat', 'c.png')), {}],
  ['an empty image', (root) => writeFileSync(join(root, 'cat', 'c.png'), ''), { images: 3, unreadable: 1 }],
  [
    'an image that is text',
    (root) => writeFileSync(join(root, 'cat', 'c.png'), '<html>'),
    { images: 3, unreadable: 1 },
  ],
  [
    'an image that is cut off',
    (root, image) => writeFileSync(join(root, 'cat', 'c.png'), image.subarray(0, 20)),
    { images: 3, unreadable: 1 },
  ],
  [
    'an image that claims to be larger than is allowed',
    (root, image) => {
      const large = Buffer.from(image)
      large.writeUInt32BE(2 ** 30, 16)
      writeFileSync(join(root, 'cat', 'c.png'), large)
    },
    { images: 3, unreadable: 1 },
  ],
  [
    'a name that is not UTF-8',
    (root, image) =>
      writeFileSync(
        Buffer.concat([Buffer.from(join(root, 'cat/')), Buffer.from([0xff]), Buffer.from('.png')]),
        image,
      ),
    { images: 3, unreadable: 1 },
  ],
  [
    'two folders whose names are not UTF-8',
    (root, image) => {
      for (const byte of [0xfe, 0xff]) {
        const folder = Buffer.concat([Buffer.from(join(root, 'bird')), Buffer.from([byte])])
        mkdirSync(folder)
        writeFileSync(Buffer.concat([folder, Buffer.from('/c.png')]), image)
      }
    },
    { remark: /Folders left out, each has a name that is not valid UTF-8: bird\uFFFD\./ },
  ],
  [
    'names with line ends, quotes, signs of control and 251 characters',
    (root, image) => {
      for (const name of ['a\nb', `'"`, '\u0007', 'x'.repeat(247), '-rf', '%00', '$(ls)'])
        writeFileSync(join(root, 'cat', `${name}.png`), image)
    },
    { images: 9 },
  ],
  [
    'classes with names of JavaScript',
    (root, image) => {
      for (const name of ['__proto__', 'constructor', 'toString']) {
        mkdirSync(join(root, name))
        writeFileSync(join(root, name, 'a.png'), image)
      }
    },
    { images: 5 },
  ],
  [
    'folders 150 deep',
    (root, image) => {
      const deep = join(root, 'cat', ...Array.from({ length: 150 }, () => 'd'))
      mkdirSync(deep, { recursive: true })
      writeFileSync(join(deep, 'a.png'), image)
    },
    { remark: /each is more than 100 folders deep: cat\/d\/d/ },
  ],
  ['a hidden folder', (root) => mkdirSync(join(root, '.git')), {}],
]
