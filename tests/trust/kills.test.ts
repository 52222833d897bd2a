import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { generator } from '#shared/random.ts'
import { sampleImages } from '../engine/studies/sample.ts'
import { packFolder } from '../packed.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { rounds, seed } from './fuzz/rounds.ts'
import { filling, studying } from './kills/filling.ts'
import { Lives, type Work } from './kills/life.ts'
import { filesIn, storedIn } from './kills/stored.ts'
import { writing } from './kills/writing.ts'

const all = rounds > 1
const studies = studying(all)
const works = [...filling(all), studies, ...writing]
/** Kills within a work: sixty in all. */
const killsOf = (work: Work) => rounds * (work === studies ? 60 - 2 * (works.length - 1) : 2)

const folder = temporaryFolderOfFile()
const quiet = livesIn('quiet')
const killed = livesIn('killed')
const steps = new Map<Work, number>()

function livesIn(name: string): Lives {
  for (const part of ['temporary', 'out']) mkdirSync(join(folder, name, part), { recursive: true })
  return new Lives(join(folder, name))
}

beforeAll(async () => {
  const images = sampleImages(join(folder, 'sample'), 1)
  for (const name of readdirSync(images).sort().slice(0, 6))
    cpSync(join(images, name), join(folder, 'images', name), { recursive: true })
  await packFolder(join(folder, 'packed.tar.gz'), join(folder, 'images'))
  for (const work of works) steps.set(work, await quiet.undisturbed(work))
  await quiet.end()
})
afterAll(async () => {
  await quiet.end()
  await killed.end()
})

it.each(works)(
  '$name: the engine is killed, and it is done again to its end',
  { timeout: 600_000 },
  async (work) => {
    const random = generator('kills', work.name, seed)
    const kills = killsOf(work)
    // What goes on needs fewer steps after each kill.
    const most = Math.ceil((steps.get(work) ?? 0) * (work.goesOn ? Math.min(1, 2 / kills) : 1))
    // The number of steps varies by what threads say to each other, so the first kill comes in the first half.
    const firstHalf = Math.max(1, Math.floor(most / 2))
    expect(await killed.killed(work, 1 + random.integer(firstHalf))).toBe(false)
    for (let kill = 1; kill < kills; kill++) await killed.killed(work, 1 + random.integer(most))
    await killed.undisturbed(work)
  },
)

it('after sixty kills, all that is stored and written is as without any, and nothing else is left', async () => {
  await killed.end()
  expect(killed.kills).toBe(60 * rounds)
  for (const name of ['workspace', 'imported', 'merged', 'salvaged', 'moved']) {
    const found = storedIn(join(killed.folder, name))
    expect(found.damages).toEqual([])
    expect(found, name).toEqual(storedIn(join(quiet.folder, name)))
  }
  expect(filesIn(killed.folder)).toEqual(filesIn(quiet.folder))
  expect(readdirSync(join(killed.folder, 'temporary'))).toEqual([])
})
