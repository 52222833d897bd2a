import Database from 'better-sqlite3'
import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepListsIn } from '#engine/archives/index.ts'
import { openContainer, partOf, readPart, writeContainer } from '#engine/units/container.ts'
import { mergePacks, readPlan, runUnit, writePlan, type WrittenPlan } from '#engine/units/index.ts'
import { packSchema, refusePack, type PackHead } from '#engine/units/packSchema.ts'
import { addFunctions } from '#engine/workspace/functions.ts'
import { countPredictions } from '#engine/workspace/index.ts'
import { generator } from '#shared/random.ts'
import { packFolder } from '../../packed.ts'
import { addDataset } from '../studies/sample.ts'
import { storedBits } from '../studies/storedBits.ts'
import { folderOfPlaces, placeIn, type Place } from './place.ts'

let folder: string
let place: Place
let plan: WrittenPlan
let studyId: number
/** The pack of the first unit, which is not added by the tests of refusals. */
let pack: string
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = folderOfPlaces()
  place = await placeIn(folder, 'workspace', ['replk3'])
  const { client, session } = place.engine
  const stored = await client.studies.store({
    kind: 'random-patch-drop',
    datasetId: place.datasetId,
    modelIds: [place.models.replk3],
    params: { percents: [40], repeats: 1 },
  })
  studyId = stored.id
  plan = await writePlan(session.open().workspace, stored.id, at('plan'), {
    minutes: 1,
    secondsPerPass: 12,
    settings: { provider: 'cpu', threads: 1, batch: 4 },
  })
  pack = at('good.pack')
  await runUnit(plan.path, '1', pack)
}, 120_000)

afterAll(async () => {
  await place.engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const workspace = () => place.engine.session.open().workspace

/** Adds a file with these bytes and returns what came of it. */
async function merged(bytes: Buffer) {
  writeFileSync(at('bad.pack'), bytes)
  const before = storedBits(place.engine)
  const [report] = await mergePacks(workspace(), [at('bad.pack')])
  if (report?.state === 'refused') expect(storedBits(place.engine)).toEqual(before)
  return report
}

/** The pack with another head or database, under digests that fit. */
async function forged(
  change: { head?: (head: PackHead) => unknown; sql?: string; draws?: string } = {},
): Promise<Buffer> {
  const { head, part, close } = await openContainer(pack, 'pack', packSchema, refusePack(pack))
  const [first] = head.parts
  if (!first) throw new Error('no part')
  const file = at('forged.sqlite')
  writeFileSync(file, gunzipSync(await readPart({ part }, first)))
  await close()
  const db = new Database(file)
  addFunctions(db)
  db.pragma('foreign_keys = OFF')
  if (change.sql !== undefined) db.exec(change.sql)
  db.pragma('journal_mode = DELETE')
  db.close()
  const database = gzipSync(readFileSync(file))
  const extra = change.draws === undefined ? [] : [Buffer.from('x')]
  const parts = [partOf(first.name, database), ...extra.map((bytes) => partOf(change.draws ?? '', bytes))]
  const plain = { ...head, databaseBytes: readFileSync(file).length, parts }
  const made = (change.head?.(plain) ?? plain) as PackHead
  await writeContainer(at('forged.pack'), 'pack', made, [database, ...extra])
  return readFileSync(at('forged.pack'))
}

describe('a pack is refused and nothing of it is added', () => {
  it('with any flipped bit, and cut anywhere', async () => {
    const bytes = readFileSync(pack)
    const random = generator('flips', 1)
    const places = [0, 12, 20, 40, ...Array.from({ length: 24 }, () => random.integer(bytes.length))]
    for (const place of places) {
      const flipped = Buffer.from(bytes)
      flipped[place] = (flipped[place] ?? 0) ^ (1 << random.integer(8))
      expect((await merged(flipped))?.state, `byte ${place}`).toBe('refused')
    }
    for (const length of [0, 1, 60, 100, 500, bytes.length >> 1, bytes.length - 1])
      expect((await merged(bytes.subarray(0, length)))?.problem?.code, `${length} bytes`).toBe(
        'PACK_MALFORMED',
      )
    expect((await merged(Buffer.concat([bytes, Buffer.from('x')])))?.problem?.message).toMatch(
      /where its head says/,
    )
  })

  it.each<[string, Parameters<typeof forged>[0], string, RegExp]>([
    [
      'of another model',
      {
        sql: "UPDATE variant SET key = replace(key, model_digest, printf('%064d', 7)), model_digest = printf('%064d', 7)",
      },
      'PACK_FOREIGN',
      /models that are not in the workspace: .*000000000000/,
    ],
    [
      'of other labels',
      { sql: `UPDATE variant SET key = json_set(key, '$.labels', printf('%064d', 7))` },
      'PACK_FOREIGN',
      /the labels of .* are others here/,
    ],
    [
      'of other images',
      {
        sql: "UPDATE example SET digest = randomblob(32) WHERE id = (SELECT min(example_id) FROM image); UPDATE image SET name = 'Grüße ' || name",
      },
      'PACK_FOREIGN',
      /1 images that are not in the workspace: .*Grüße/,
    ],
    [
      'of a model under the digest of another',
      { sql: "UPDATE variant SET key = replace(key, model_digest, printf('%064d', 7))" },
      'PACK_MALFORMED',
      /variant \d+ is not that of/,
    ],
    [
      'of no condition',
      { sql: 'UPDATE condition SET transform = \'{"op":"magic"}\'' },
      'PACK_MALFORMED',
      /no condition/,
    ],
    [
      'with predictions of other images than it says',
      {
        sql: `CREATE TEMP TABLE swap AS SELECT min(id) + max(id) AS ends FROM example;
          UPDATE example SET id = id + 1000000;
          UPDATE example SET id = (SELECT ends FROM swap) - (id - 1000000)`,
      },
      'PACK_MALFORMED',
      /a prediction of .* has .* as /,
    ],
    [
      'with a measurement that is not as it was stored',
      {
        sql: `INSERT INTO measurement SELECT (SELECT min(id) FROM variant), (SELECT min(id) FROM condition),
          (SELECT min(id) FROM example), zeroblob(8), 7`,
        head: (head) => ({ ...head, facts: { ...head.facts, measurements: 1 } }),
      },
      'PACK_MALFORMED',
      /1 of its measurements are not what was stored/,
    ],
    [
      'with a trigger',
      { sql: 'CREATE TRIGGER evil AFTER INSERT ON variant BEGIN DELETE FROM example; END' },
      'PACK_MALFORMED',
      /not as they were made/,
    ],
    [
      'with fewer facts than it says',
      { head: (head) => ({ ...head, facts: { ...head.facts, predictions: 3 } }) },
      'PACK_MALFORMED',
      /its head says something else/,
    ],
    [
      'with a database longer than it says',
      { head: (head) => ({ ...head, databaseBytes: 100 }) },
      'PACK_MALFORMED',
      /longer than the 100 bytes/,
    ],
    [
      'with a part of enormous length',
      {
        head: (head) => ({
          ...head,
          parts: head.parts.map((part) => ({ ...part, bytes: Number.MAX_SAFE_INTEGER })),
        }),
      },
      'PACK_MALFORMED',
      /where its head says/,
    ],
    [
      'with a part that leaves the folder',
      { draws: 'draws/../../evil.sqlite' },
      'PACK_MALFORMED',
      /is no part of a pack/,
    ],
    ['with a member that is missing', { head: ({ unit: _, ...head }) => head }, 'PACK_MALFORMED', /unit/],
  ])('%s', async (_, change, code, message) => {
    const report = await merged(await forged(change))
    expect([report?.state, report?.problem?.code]).toEqual(['refused', code])
    expect(report?.problem?.message).toMatch(message)
  })

  it('of an enormous head, of a newer format, or that is a plan', async () => {
    const line = (text: string) => merged(Buffer.from(`${text}\n{}`))
    const zeros = '0'.repeat(64)
    expect((await line(`kernelscope-pack 1 999999999999 ${zeros}`))?.problem?.message).toMatch(
      /cut off in its head/,
    )
    expect((await line(`kernelscope-pack 2 2 ${zeros}`))?.problem?.code).toBe('UNSUPPORTED')
    expect((await merged(readFileSync(plan.path)))?.problem?.message).toMatch(/no pack of Kernelscope/)
  })

  it('and the others are added, once', async () => {
    writeFileSync(at('bad.pack'), 'no pack')
    const files = [at('bad.pack'), at('gone.pack'), pack]
    const states = async () => (await mergePacks(workspace(), files)).map(({ state }) => state)
    expect(await states()).toEqual(['refused', 'refused', 'added'])
    expect(await states()).toEqual(['refused', 'refused', 'known'])
    // Without what is kept of the pack its facts are found to be here.
    const notes = async () =>
      (await place.engine.client.studies.result({ id: studyId })).provenance.join('\n')
    expect(await notes()).toContain('added as 1 pack of facts')
    workspace().db.exec("DELETE FROM setting WHERE key LIKE 'packs %'")
    expect(await notes()).not.toContain('pack of facts')
    const [report] = await mergePacks(workspace(), [pack])
    expect([report?.state, report?.there]).toEqual([
      'known',
      { predictions: 5, measurements: 0, failures: 0 },
    ])
  })
})

it('a pack whose merging is stopped before any step goes on, and adds each fact once', async () => {
  const { path, head } = await runUnit(plan.path, '2', at('second.pack'))
  const count = () => countPredictions(workspace().db)
  const before = count()
  let steps = 0
  for (let left = 1; ; left++) {
    steps = 0
    const stopped = new Error('stopped')
    const merging = mergePacks(workspace(), [path], {
      mayGoOn() {
        if (steps++ === left) throw stopped
      },
    })
    const end = await merging.then(
      ([report]) => report?.state,
      (error: unknown) => error,
    )
    if (end !== stopped) {
      expect(['added', 'known']).toContain(end)
      break
    }
  }
  expect(steps).toBeGreaterThan(3)
  expect(count() - before).toBe(head.facts.predictions)
  expect((await mergePacks(workspace(), [path]))[0]?.state).toBe('known')
})

describe('a plan is refused', () => {
  it('where it is damaged, or a model or images are not where it says', async () => {
    const bytes = readFileSync(plan.path)
    const last = Buffer.from(bytes)
    last[bytes.length - 1] = (last.at(-1) ?? 0) ^ 1
    writeFileSync(at('bad.plan'), last)
    await expect(runUnit(at('bad.plan'), '2', at('x.pack'))).rejects.toMatchObject({ code: 'PLAN_MALFORMED' })
    writeFileSync(at('bad.plan'), bytes.subarray(0, 300))
    await expect(readPlan(at('bad.plan'))).rejects.toMatchObject({ code: 'PLAN_MALFORMED' })
    await expect(runUnit(plan.path, '99', at('x.pack'))).rejects.toMatchObject({ code: 'UNIT_NOT_FOUND' })
    const maps = [{ from: join(folder, 'images'), to: '/nowhere' }]
    await expect(runUnit(plan.path, '1', at('x.pack'), { maps })).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: expect.stringContaining('/nowhere'),
    })
    mkdirSync(at('empty'))
    await expect(
      runUnit(plan.path, '1', at('x.pack'), { maps: [{ from: join(folder, 'images'), to: at('empty') }] }),
    ).rejects.toMatchObject({ code: 'FILE_MISSING' })
    expect(existsSync(at('x.pack'))).toBe(false)
  })
})

const entry = fileURLToPath(new URL('../../../src/cli/index.ts', import.meta.url))

/** Runs the command line in a process of its own. `hear` gets it with what it says. */
function cli(args: string[], hear?: (text: string, kill: () => void) => void) {
  return new Promise<{ code: number | null; out: string }>((ended) => {
    const child = spawn(process.execPath, [entry, ...args], { cwd: folder })
    let out = ''
    child.stdout.on('data', (data) => (out += String(data)))
    child.stderr.on('data', (data) => hear?.(String(data), () => child.kill('SIGKILL')))
    child.on('close', (code) => ended({ code, out }))
  })
}

it('two processes measure units of a plan at once; one that is killed leaves nothing', async () => {
  const pack = (unit: string, more: string[] = [], hear?: Parameters<typeof cli>[1]) =>
    cli(
      [
        'study',
        'pack',
        'plan',
        '--unit',
        unit,
        '--out',
        `packs/${unit.split('/')[0]}`,
        '--scratch',
        'scratch',
        ...more,
      ],
      hear,
    )
  const names = plan.units.map(({ name }) => name)
  const killed = await pack('1', [], (_, kill) => kill())
  expect(killed.code).toBe(null)
  expect(existsSync(at('packs/1'))).toBe(false)
  expect(readdirSync(at('scratch'))).toHaveLength(1)

  const codes = await Promise.all(['1', '2'].map((unit) => pack(`${unit}/${names.length}`)))
  expect(codes.map(({ code }) => code)).toEqual([0, 0])
  expect(readdirSync(at('scratch'))).toEqual([])
  for (const name of names.slice(2)) await runUnit(plan.path, name, at(`packs/${name}`))
  const reports = await mergePacks(
    workspace(),
    readdirSync(at('packs')).map((name) => at(`packs/${name}`)),
  )
  expect(reports.flatMap(({ problem }) => problem ?? [])).toEqual([])
  const [study] = await place.engine.client.studies.list()
  expect(await place.engine.client.studies.summary({ id: study?.id ?? 0 })).toMatchObject({ complete: true })
})

it('images of an archive are measured in place, and staged once for units that run at the same time', async () => {
  const { client, session } = place.engine
  mkdirSync(at('there'))
  cpSync(at('images'), at('val'), { recursive: true })
  // Lists of archives of a hundred files and more are kept.
  for (let more = 0; more < 100; more++) writeFileSync(at(`val/${more}.txt`), '')
  const archive = await packFolder(at('there/val.tar'), at('val'))
  const datasetId = await addDataset(client, archive)
  const input = { kind: 'clean-accuracy', datasetId, modelIds: [place.models.replk3] }
  const { id } = await client.studies.store(input)
  const settings = { provider: 'cpu', threads: 1, batch: 4 } as const
  const { workspace } = session.open()
  const { path } = await writePlan(workspace, id, at('plan.tar'), { minutes: 10, settings })
  // On this machine it lies elsewhere.
  mkdirSync(at('moved'))
  renameSync(archive, at('moved/val.tar'))
  const maps = [{ from: at('there'), to: at('moved') }]
  await runUnit(path, '1aaa', at('in-place.pack'), { maps })
  const stage = at('stage')
  const halves = ['1a', '1b']
  // As on a node, where no workspace is open that would keep them.
  keepListsIn(null)
  await Promise.all(halves.map((half) => runUnit(path, half, at(`${half}.pack`), { maps, stage })))
  const copies = readdirSync(stage, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  expect(copies.map(({ name }) => extname(name)).toSorted()).toEqual(['.list', '.tar'])
  // The copy is what is read now: the archive has other bytes, of the same size and time.
  const { size, mtime } = statSync(at('moved/val.tar'))
  writeFileSync(at('moved/val.tar'), Buffer.alloc(size))
  utimesSync(at('moved/val.tar'), mtime, mtime)
  const { head } = await runUnit(path, '1a', at('copy.pack'), { maps, stage })
  expect(head.facts).toEqual({ predictions: 5, measurements: 0, failures: 0 })
  const files = [...halves, 'in-place', 'copy'].map((name) => at(`${name}.pack`))
  const reports = await mergePacks(workspace, files)
  expect(reports.flatMap(({ problem }) => problem ?? [])).toEqual([])
  expect((await client.studies.result({ id })).answers).toEqual({ measured: 10, failed: 0, of: 10 })
})
