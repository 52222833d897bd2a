/**
 * Every corruption at 224 x 224, with severities 1, 3 and 5 mixed and without the JPEG pass: images per second of CPU
 * time on one thread, against the same operation in numpy, scipy, scikit-image and OpenCV where Debian's Python has
 * them. CPU time does not depend on other work on the machine.
 * Run: node bench/corruptions.ts
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { applyTransform, preprocess } from '#engine/images/index.ts'
import { corruptionNames, type CorruptionName } from '#shared/transforms/index.ts'
import { cpuSeconds, report, type Row } from './report.ts'

const root = join(import.meta.dirname, '..')
const image = join(root, 'tests/engine/images/goldens/geometry/photo.jpg')
const seconds = 1

function pythonRates(): Record<string, number> {
  try {
    const script = join(root, 'tools/goldens/corruptions/bench.py')
    const json = execFileSync('/usr/bin/python3', [script, image, String(seconds)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return z.record(z.string(), z.number()).parse(JSON.parse(json))
  } catch {
    return {}
  }
}

const picture = await preprocess(image, {
  size: [224, 224],
  resize: 'shorter',
  resizeTo: 256,
  interpolation: 'bilinear',
})

async function ourRate(name: CorruptionName): Promise<number> {
  const run = (i: number) =>
    applyTransform(
      picture,
      { op: 'corruption', name, severity: 1 + 2 * (i % 3), seed: 1, jpeg: false, variant: 'published' },
      { imageKey: String(i) },
    )
  for (let i = 0; i < 12; i++) await run(i)
  const start = cpuSeconds()
  let runs = 0
  while (runs % 3 !== 0 || cpuSeconds() - start < seconds) await run(runs++)
  return runs / (cpuSeconds() - start)
}

const python = pythonRates()
const rows: Row[] = []
for (const name of corruptionNames) {
  const perSecond = await ourRate(name)
  const reference = python[name]
  rows.push({ name, perSecond, ...(reference === undefined ? {} : { ratio: perSecond / reference }) })
}
const ratios = rows.flatMap(({ ratio }) => ratio ?? []).sort((a, b) => a - b)
const median = ratios[Math.floor(ratios.length / 2)]
const slower = rows.filter(({ ratio }) => ratio !== undefined && ratio < 1).map(({ name }) => name)
report('corruptions', 'images', rows, {
  baseline:
    'numpy, scipy, scikit-image, OpenCV; one thread; motion blur by shifted sums as in imagecorruptions',
  median: median === undefined ? 'no Python here' : `${median.toFixed(2)} times the reference`,
  slower: slower.join(', ') || 'none',
})
if (median !== undefined)
  console.log(`  median ${median.toFixed(2)} x; slower: ${slower.join(', ') || 'none'}`)
