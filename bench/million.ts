/**
 * Indexes many small PNGs with different bytes (1,000 folders, a million files by default), kills the indexing in the
 * middle and resumes it, indexes the unchanged files again, and counts with a first filter. Measures seconds and peak
 * memory of each step, each in its own process. Needs about 5 GB and one inode per file while it runs; the files are
 * deleted at the end. Not part of `npm run bench`.
 * Run: node bench/million.ts [files] [folder]
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { z } from 'zod'
import { createEngine } from '#engine/api/index.ts'

const folders = 1000
const side = 8

const chunk = (kind: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

const header = Buffer.alloc(13)
header.writeUInt32BE(side, 0)
header.writeUInt32BE(side, 4)
header.set([8, 2, 0, 0, 0], 8)
const start = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header)])
const end = chunk('IEND', Buffer.alloc(0))

/** Makes a different PNG for every number. */
function picture(number: number): Buffer {
  const rows = Buffer.alloc(side * (1 + 3 * side), 90)
  for (let y = 0; y < side; y++) rows[y * (1 + 3 * side)] = 0
  rows.writeUInt32BE(number, 1)
  return Buffer.concat([start, chunk('IDAT', deflateSync(rows, { level: 0 })), end])
}

function plant(root: string, files: number): void {
  const each = Math.ceil(files / folders)
  for (let k = 0; k < folders; k++) {
    const folder = join(root, `class_${String(k).padStart(4, '0')}`)
    mkdirSync(folder, { recursive: true })
    for (let i = 0; i < each && k * each + i < files; i++)
      writeFileSync(join(folder, `${String(i).padStart(5, '0')}.png`), picture(k * each + i))
  }
}

const outcome = z.object({ images: z.number(), seconds: z.number(), megabytes: z.number() })
type Outcome = z.infer<typeof outcome>

/** Runs one step in this process: indexes the files (again), or counts with a filter. */
async function step(kind: string, workspace: string, root: string): Promise<Outcome> {
  const engine = await createEngine()
  const { client } = engine
  await client.workspace.open({ path: workspace }).catch(() => client.workspace.create({ path: workspace }))
  const begun = performance.now()
  let images = 0
  if (kind === 'filter') {
    const [dataset] = await client.datasets.list()
    const filter = { search: '00042' }
    images = (await client.datasets.count({ datasetId: dataset?.id ?? 0, filter })).images
  } else {
    const { jobId } = await client.datasets.add({ path: root })
    for await (const job of await client.jobs.watch())
      if (job.id === jobId && ['done', 'failed', 'cancelled'].includes(job.state)) break
    images = (await client.datasets.list())[0]?.images ?? 0
  }
  const seconds = (performance.now() - begun) / 1000
  await engine.close()
  return { images, seconds, megabytes: process.resourceUsage().maxRSS / 1024 }
}

/** Runs a step in its own process. Null where it was killed after `killAfter` seconds. */
function apart(kind: string, workspace: string, root: string, killAfter?: number): Promise<Outcome | null> {
  const child = spawn(process.execPath, [import.meta.filename, 'step', kind, workspace, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (part: Buffer) => (said += part.toString()))
  const timer =
    killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter * 1000)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(timer)
      resolve(said === '' ? null : outcome.parse(JSON.parse(said)))
    })
  })
}

const tell = (what: string, found: Outcome | null) =>
  console.log(
    found === null
      ? `  ${what.padEnd(36)} killed`
      : `  ${what.padEnd(36)} ${found.images} images, ${found.seconds.toFixed(2)} s, ${found.megabytes.toFixed(0)} MB at most`,
  )

const [first = '1000000', second = tmpdir(), ...rest] = process.argv.slice(2)
if (first === 'step') {
  const [workspace = '', root = ''] = rest
  process.stdout.write(JSON.stringify(await step(second, workspace, root)))
} else {
  const files = Number(first)
  const home = mkdtempSync(join(second, 'kernelscope-million-'))
  const [root, workspace] = [join(home, 'tree'), join(home, 'workspace')]
  try {
    const begun = performance.now()
    plant(root, files)
    console.log(`million: ${files} files planted in ${((performance.now() - begun) / 1000).toFixed(0)} s`)
    tell('indexing, killed after 20 s', await apart('index', workspace, root, 20))
    tell('indexing goes on', await apart('index', workspace, root))
    tell('unchanged, indexed again', await apart('index', workspace, root))
    tell('first filter after opening', await apart('filter', workspace, root))
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
