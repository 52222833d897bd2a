/**
 * From JPEG file to model input: images per second of our code, on one thread and in the pool, against sharp alone
 * (decoding only, and decoding with its own inexact resize) and against Pillow where Debian's Python has it. Measures
 * CPU time of all threads, which does not depend on other work on the machine. Then the same step for JPEGs of other sizes, to
 * inputs of 224 and 384 px: what a core can feed to a device, without a model.
 * Run: node bench/images.ts
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { createImagePool, preprocess, readPicture } from '#engine/images/index.ts'
import { cpuRate, report, type Row } from './report.ts'

const count = 64
const geometry = { size: [224, 224], resize: 'shorter', resizeTo: 256, interpolation: 'bicubic' } as const
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))
const paths = Array.from({ length: count }, (_, i) => join(folder, `${i}.jpg`))

/** A JPEG, by default of ImageNet's usual size, with smooth parts and details like a photograph. */
async function write(path: string, index: number, [width, height] = [500, 375]): Promise<void> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
  const grain = sharp({ create: { width: 50, height: 38, channels: 3, background: '#808080', noise } })
  const smooth = await grain
    .resize(width, height, { fit: 'fill' })
    .blur(1 + (index % 5))
    .jpeg({ quality: 92 })
    .toBuffer()
  writeFileSync(path, smooth)
}

const pillow = `
import sys, time
from PIL import Image
paths = sys.argv[1:]
def load(p):
    im = Image.open(p).convert('RGB')
    w, h = im.size
    im = im.resize((int(256 * w / h), 256), Image.BICUBIC)
    return im.crop(((im.width - 224) // 2, 16, (im.width - 224) // 2 + 224, 240)).tobytes()
load(paths[0])
start = time.process_time()
for p in paths * 3: load(p)
print(3 * len(paths) / (time.process_time() - start))`

function pillowRate(): number | null {
  try {
    return Number(
      execFileSync('/usr/bin/python3', ['-c', pillow, ...paths], { stdio: ['ignore', 'pipe', 'ignore'] }),
    )
  } catch {
    return null
  }
}

const each = (work: (path: string) => Promise<unknown>) => async () => {
  for (const path of paths) await work(path)
}

async function poolRate(workers: number): Promise<number> {
  const pool = createImagePool({ workers, cacheBytes: 0 })
  const target = new SharedArrayBuffer(count * 224 * 224 * 3)
  const load = () =>
    Promise.all(
      paths.map((path, slot) =>
        pool.load(
          {
            path,
            imageKey: path,
            preprocessing: { ...geometry, size: [224, 224] },
            transforms: [{ transform: { op: 'identity' }, slot }],
          },
          target,
        ),
      ),
    )
  const perSecond = (await cpuRate(load)) * count
  await pool.close()
  return perSecond
}

try {
  await Promise.all(paths.map((path, index) => write(path, index)))
  const ours = { ...geometry, size: [224, 224] as [number, number] }
  const decodeOnly =
    count *
    (await cpuRate(
      each(async (path) =>
        sharp(await readFile(path))
          .raw()
          .toBuffer(),
      ),
    ))
  const measured: [string, number | null][] = [
    ['sharp: decode only', decodeOnly],
    [
      'sharp: decode, its own resize and crop',
      count *
        (await cpuRate(each((path) => sharp(path).resize(224, 224, { kernel: 'cubic' }).raw().toBuffer()))),
    ],
    ['Pillow: decode, resize, crop', pillowRate()],
    ['ours: decode', count * (await cpuRate(each(readPicture)))],
    [
      'ours: decode, resize, crop; one thread',
      count * (await cpuRate(each((path) => preprocess(path, ours)))),
    ],
    ['ours: pool of 1', await poolRate(1)],
    ['ours: pool of 2', await poolRate(2)],
  ]
  const rows: Row[] = measured.flatMap(([name, perSecond]) =>
    perSecond === null ? [] : [{ name, perSecond, ratio: perSecond / decodeOnly }],
  )
  for (const source of [
    [160, 120],
    [1024, 768],
    [2048, 1536],
  ] as [number, number][]) {
    const few = paths.slice(0, 12)
    await Promise.all(few.map((path, index) => write(path, index, source)))
    for (const [side, resizeTo] of [
      [224, 256],
      [384, 440],
    ] as const) {
      const to = { ...ours, size: [side, side] as [number, number], resizeTo }
      const perSecond =
        few.length *
        (await cpuRate(async () => {
          for (const path of few) await preprocess(path, to)
        }))
      rows.push({
        name: `ours: ${source.join('x')} to ${side}; one thread`,
        perSecond,
        ratio: perSecond / decodeOnly,
      })
    }
  }
  report('images', 'images', rows, {
    baseline: 'sharp: decode only',
    image: '500x375 JPEG, quality 92, to 224x224 bicubic',
  })
} finally {
  rmSync(folder, { recursive: true })
}
