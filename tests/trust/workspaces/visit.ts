import { ORPCError } from '@orpc/client'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Engine } from '#engine/api/index.ts'
import { verifyMasks } from '#engine/workspace/keeping/masks.ts'
import { verifyDatabase } from '#engine/workspace/keeping/verify.ts'
import { errorShape } from '#shared/contract/index.ts'
import { toErrorShape } from '#shared/errors.ts'
import { asOrdinaryUser } from '../ordinaryUser.ts'
import type { Case, Place } from './place.ts'

type Client = Engine['client']
type Questions = Record<string, (client: Client) => Promise<unknown>>

/** What a person looks at first, by the name of the request. */
const first: Questions = {
  'models.list': (client) => client.models.list(),
  'datasets.list': (client) => client.datasets.list(),
  'studies.list': (client) => client.studies.list(),
  'studies.result 1': (client) => client.studies.result({ id: 1 }),
  'jobs.list': (client) => client.jobs.list({}),
  'subsets.list': (client) => client.subsets.list({ datasetId: 1 }),
  'annotations.tags': (client) => client.annotations.tags(),
  'compositions.list': (client) => client.compositions.list(),
  'system.settings': (client) => client.system.settings(),
  'workspace.cache': (client) => client.workspace.cache(),
  'workspace.backups': (client) => client.workspace.backups({}),
}
/** What is read where rows are wrong. */
const further: Questions = {
  'models.get': (client) => client.models.get({ id: 1 }),
  'studies.result 2': (client) => client.studies.result({ id: 2 }),
  'studies.rows': (client) => client.studies.rows({ id: 1, modelId: 1, key: 'clean' }),
  'compositions.styles': (client) => client.compositions.styles(),
  'workspace.trim': (client) => client.workspace.trim({ parts: ['graphs', 'thumbnails'] }),
}
/** What is read of measurements. */
const measured: Questions = { 'studies.result 3': (client) => client.studies.result({ id: 3 }) }
const asked = { first, facts: { ...first, ...further }, measurements: { ...first, ...measured } }

/** What becomes of a workspace that was spoiled. */
export interface Outcome {
  /** Whether and how it opens, or code and message of the error. */
  opened: string
  /** What it warns of: how many rows its lists leave out. */
  warned?: string[]
  /** Requests that fail, by code and message. */
  failing?: Record<string, string>
  /** What `workspace verify` finds. */
  damage?: string[]
  /** Files of others that changed, or of a workspace that did not open. Never any. */
  changed?: string[]
}

/** Spoils a workspace, opens it, and asks what a person would look at. */
export async function outcomeOf({ client }: Engine, one: Case, place: Place): Promise<Outcome> {
  const { open = place.path, end } = one.spoil(place) ?? {}
  const others = listing(place.outside)
  const own = listing(place.path)
  const work = () => visit(client, { ...one, open }, place)
  try {
    const outcome = await (one.ordinary ? asOrdinaryUser(work) : work())
    const refused = !outcome.opened.startsWith('opens')
    const changed = [
      ...differing(others, listing(place.outside)),
      ...(refused ? differing(own, listing(place.path)) : []),
    ].map((text) => ofPlace(text, place))
    return changed.length === 0 ? outcome : { ...outcome, changed }
  } finally {
    await client.workspace.close()
    end?.()
  }
}

async function visit(client: Client, one: Case & { open: string }, place: Place): Promise<Outcome> {
  try {
    const info = await client.workspace.open({ path: one.open, readOnly: one.readOnly ?? false })
    await atRest(client)
    const failing = new Map<string, string>()
    for (const [name, ask] of Object.entries(asked[one.reads ?? 'first']))
      await ask(client).catch((error: unknown) => {
        const answer = told(error, place)
        const others = failing.get(answer)
        failing.set(answer, others === undefined ? name : `${others}, ${name}`)
      })
    const damage = damageOf(one.open, place)
    const warned = info.warnings.filter((text) => text.includes('left out of lists'))
    return {
      opened: info.readOnly === null ? 'opens' : 'opens read-only',
      ...(warned.length > 0 ? { warned } : {}),
      ...(failing.size > 0 ? { failing: Object.fromEntries(failing) } : {}),
      ...(damage.length > 0 ? { damage } : {}),
    }
  } catch (error) {
    return { opened: told(error, place) }
  }
}

/** Waits until no job runs, ten seconds at most: what is refused beside a job would depend on the machine's speed. */
async function atRest(client: Client): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const jobs = await client.jobs.list({}).catch(() => [])
    if (!jobs.some(({ state }) => state === 'running')) return
    await setTimeout(20)
  }
}

const longest = 150

/** Code and message of an error, without paths and numbers that change with every schema. */
function told(error: unknown, place: Place): string {
  const { code, message } = error instanceof ORPCError ? errorShape.parse(error.data) : toErrorShape(error)
  const text = ofPlace(message, place)
    .replace(/\d+ of \d+ bytes/, 'some of its bytes')
    .replace(/schema \d+, this Kernelscope knows \d+/, 'a newer schema')
  return `${code} ${text.length > longest ? `${text.slice(0, longest)}…` : text}`
}

const ofPlace = (text: string, { path, outside }: Place) =>
  text.replaceAll(path, '{path}').replaceAll(outside, '{outside}').replaceAll(join(path, '..'), '{folder}')

/** What the check of `workspace verify` finds, in the calling thread. */
function damageOf(path: string, place: Place): string[] {
  try {
    const found = [...verifyDatabase(join(path, 'workspace.sqlite')), ...verifyMasks(join(path, 'draws'))]
    return found.map(({ step, message, rows, heals }) => {
      const text = `${step}: ${message}${rows === null ? '' : ` (${rows} rows)`}`
      return heals === 'no' ? text : `${text}, healed by ${heals}`
    })
  } catch (error) {
    return [told(error, place)]
  }
}

/** What looking at it writes: the lock with its owner, and SQLite an index of the log and a log of no bytes. */
const ofOpening = /workspace\.(lock|owner|sqlite-shm) /

/** Names, rights and digests of what is in a folder; what links lead to is not. */
function listing(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return [`${path} folder`, ...listing(path)]
    if (!entry.isFile()) return `${path} other`
    if (path.endsWith('-wal') && statSync(path).size === 0) return []
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
    return `${path} ${statSync(path).mode.toString(8)} ${digest}`
  })
}

const differing = (before: string[], after: string[]) =>
  [...before.filter((one) => !after.includes(one)), ...after.filter((one) => !before.includes(one))]
    .filter((one) => !ofOpening.test(one))
    .map((one) => one.replace(/ \w+$/, ''))
