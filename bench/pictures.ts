import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

/**
 * Writes JPEGs of a photograph's size in four class folders, with smooth colours and noise, so that they decode like
 * photographs. Returns the folder of the classes.
 */
export async function pictures(
  folder: string,
  count: number,
  size = { width: 500, height: 375 },
): Promise<string> {
  const classes = join(folder, `pictures-${count}`)
  for (let i = 0; i < count; i++) {
    const target = join(classes, `class${i % 4}`)
    mkdirSync(target, { recursive: true })
    const noise = { type: 'gaussian' as const, mean: 100 + (i % 4) * 20, sigma: 40 }
    await sharp({ create: { ...size, channels: 3, noise, background: '#888' } })
      .blur(2)
      .jpeg({ quality: 90 })
      .toFile(join(target, `${i}.jpg`))
  }
  return classes
}
