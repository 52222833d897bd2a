import sharp from 'sharp'
import { expect, it } from 'vitest'
import { decode } from '#engine/images/decode.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { generator } from '#shared/random.ts'
import { damaged } from './fuzz/damage.ts'
import { bombs } from './folders/bombs.ts'
import { rounds, seed } from './fuzz/rounds.ts'

it(
  'a damaged picture is decoded or refused, and never a fault of ours',
  { timeout: rounds * 120_000 },
  async () => {
    const random = generator('images', seed)
    const pixels = Uint8Array.from({ length: 48 * 40 * 3 }, () => random.integer(256))
    const picture = () => sharp(pixels, { raw: { width: 48, height: 40, channels: 3 } })
    const sources = await Promise.all([
      picture().png().toBuffer(),
      picture().png({ palette: true }).toBuffer(),
      picture().jpeg().toBuffer(),
      picture().jpeg({ progressive: true }).toBuffer(),
      picture().webp().toBuffer(),
      picture().gif().toBuffer(),
      picture().tiff().toBuffer(),
    ])
    const answers = new Map<string, number>()
    for (let round = 0; round < 700 * rounds; round++) {
      const bytes = damaged(random, sources[round % sources.length] ?? Buffer.alloc(0))
      const answer = await decode(Buffer.from(bytes), 'damaged').then(
        ({ pixels: read, width, height }) =>
          read.length === width * height * 3 ? 'decoded' : 'of another size',
        (error: unknown) => (error instanceof KernelscopeError ? error.code : String(error)),
      )
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
      if (!/^(decoded|IMAGE_\w+)$/.test(answer))
        expect.fail(`round ${round} of seed ${seed}: ${answer} of ${Buffer.from(bytes).toString('base64')}`)
    }
    expect([...answers.keys()]).toEqual(expect.arrayContaining(['decoded', 'IMAGE_UNREADABLE']))
  },
)

it('a small file that becomes a large picture is decoded or refused', async () => {
  const answers = new Map<string, string>()
  for (const { survived, make } of bombs)
    answers.set(
      survived[0],
      await decode(await make(), 'bomb').then(
        ({ width, height }) => `${width}x${height}`,
        (error: unknown) => (error instanceof KernelscopeError ? error.code : String(error)),
      ),
    )
  expect(answers).toEqual(new Map(bombs.map(({ survived, decoded }) => [survived[0], decoded])))
})
