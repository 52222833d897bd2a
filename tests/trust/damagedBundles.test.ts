import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { generator, type Generator } from '#shared/random.ts'
import { verify } from '../engine/bundles/forge.ts'
import { temporaryFolder } from '../temporary.ts'
import { repacked, unpacked, type Opened } from './forgeries.ts'
import { damaged } from './fuzz/damage.ts'
import { casesInTime, placeOf, rounds, seed } from './fuzz/rounds.ts'

const golden = join(import.meta.dirname, '../corpus/workspaces/schema-8/bundle.zip')
const words = ['0', '-1', '1e999', '""', 'null', '[]', '{}', 'true', '"__proto__"', '9007199254740993']

/** Replaces a value of a JSON or a cell of a CSV by another word, or damages bytes of the member. */
function member(random: Generator, text: string): string {
  const places = [...text.matchAll(/(?<=[:,[]\s*)(?:-?\d[\d.e+-]*|"[^"\n]*"|true|false|null)/g)]
  const place = places[random.integer(Math.max(1, places.length))]
  if (!place || random.integer(3) === 0) return Buffer.from(damaged(random, Buffer.from(text))).toString()
  const word = words[random.integer(words.length)] ?? ''
  return text.slice(0, place.index) + word + text.slice(place.index + place[0].length)
}

/** A damaged copy: bytes of the zip, or a member in a zip whose manifest fits it. Whether anything was changed is told. */
async function spoiled(random: Generator, genuine: Opened, folder: string) {
  if (random.integer(3) === 0) {
    const path = join(folder, 'damaged.zip')
    writeFileSync(path, damaged(random, readFileSync(golden)))
    return { path, changed: false }
  }
  let changed = false
  const path = await repacked(
    genuine,
    ({ files }) => {
      const names = [...files.keys()].filter((name) => /\.(json|csv|txt|svg)$/.test(name))
      const name = names[random.integer(names.length)] ?? ''
      const before = files.get(name) ?? ''
      files.set(name, member(random, before))
      changed = files.get(name) !== before
    },
    folder,
  )
  return { path, changed }
}

const answerOf = (engine: Engine, path: string): Promise<string> =>
  verify(engine, path).then(
    ({ verdict }) => verdict,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  )

it(
  'a damaged bundle is refused or disagrees, and is never a fault of ours',
  { timeout: rounds * 240_000 },
  async () => {
    const folder = temporaryFolder()
    const engine = await createEngine({ imageWorkers: 1 })
    try {
      const genuine = await unpacked(golden)
      const answers = new Map<string, number>()
      for (const at of casesInTime(20)) {
        const { path, changed } = await spoiled(generator(`bundles ${at}`, seed), genuine, folder)
        const answer = await answerOf(engine, path)
        const sound =
          /^(agrees|partly|disagrees|BUNDLE_\w+)$/.test(answer) && !(changed && answer === 'agrees')
        if (!sound) expect.fail(`${placeOf('bundles', at)}: ${answer}`)
        answers.set(answer, (answers.get(answer) ?? 0) + 1)
      }
      expect([...answers.keys()]).toEqual(expect.arrayContaining(['BUNDLE_MALFORMED', 'disagrees']))
    } finally {
      await engine.close()
    }
  },
)
