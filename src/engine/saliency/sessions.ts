import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { openTensors, type CallSize, type TensorSession } from '../inference/index.ts'
import { fileOfModel, namingModel, openWithFirst } from '../models/index.ts'
import { onGraphThread, type VariantPlan } from '../onnx/index.ts'
import type { Settings } from '#shared/contract/index.ts'
import type { Log } from '../base/log.ts'
import { canonicalJson } from '#shared/canonical.ts'
import { callSize, gradientCallSize, type InspectedModel } from './inspectedModel.ts'

/** How long an unused session stays open: the next map is often of the same model. */
const idleMs = 30_000
const mostIdle = 2
/** Images per call of a graph without a backward pass. */
const forwardBatch = 16

interface Entry {
  opened: Promise<OpenGraph>
  users: number
  timer: NodeJS.Timeout | undefined
}

interface OpenGraph {
  session: TensorSession
  provider: string
  /** Images per call. It shrinks where memory ran out. */
  size: CallSize
}

/** Settings needed to open a session. */
export interface SessionSettings {
  settings: Pick<Settings, 'provider' | 'threads'>
  log: Log
  /** Folder for variant graphs and their weights. */
  weights: string
  signal: AbortSignal
}

/** A session in use; `end` releases it. */
export interface SessionInUse extends OpenGraph {
  end(): void
}

/** The open sessions of variant graphs, in inference workers. */
export class OpenSessions {
  readonly #entries = new Map<string, Entry>()

  /**
   * Opens a session of a model's variant, or reuses the open one.
   *
   * @throws the errors of the graph task `variant` and of `openTensors`
   */
  async open(context: SessionSettings, model: InspectedModel, plan: VariantPlan): Promise<SessionInUse> {
    const { provider, threads } = context.settings
    const { randomised = null } = model
    const key = canonicalJson({
      model: model.digest,
      plan,
      randomised,
      provider,
      threads,
      weights: context.weights,
    })
    const entry = await this.#alive(key, () => openPlan(context, model, plan))
    entry.users++
    clearTimeout(entry.timer)
    try {
      const graph = await entry.opened
      let ended = false
      return {
        ...graph,
        end: () => {
          if (!ended) this.#give(key, entry)
          ended = true
        },
      }
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    for (const entry of entries) await closeEntry(entry)
  }

  async #alive(key: string, open: () => Promise<OpenGraph>): Promise<Entry> {
    const known = this.#entries.get(key)
    if (known && !(await known.opened).session.ended) return known
    const entry: Entry = { opened: open(), users: 0, timer: undefined }
    this.#entries.set(key, entry)
    return entry
  }

  #give(key: string, entry: Entry): void {
    entry.users--
    if (entry.users > 0) return
    if (this.#entries.get(key) !== entry) return void closeEntry(entry)
    entry.timer = setTimeout(() => this.#drop(key, entry), idleMs)
    entry.timer.unref()
    const idle = [...this.#entries].filter(([, { users }]) => users === 0)
    for (const [oldest, other] of idle.slice(0, Math.max(0, idle.length - mostIdle)))
      this.#drop(oldest, other)
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key)
    void closeEntry(entry)
  }
}

/** Images per call of a graph: of those that read an inner value, one image at a time. */
export function planCallSize({ op }: VariantPlan, model: InspectedModel): CallSize {
  if (op === 'floats') return callSize(model, forwardBatch)
  return op === 'featureGradient' || op === 'relevance' ? callSize(model, 1) : gradientCallSize(model)
}

async function closeEntry({ opened, timer }: Entry): Promise<void> {
  clearTimeout(timer)
  try {
    await (await opened).session.close()
  } catch {
    // The session did not open; the caller of `open` has the error.
  }
}

async function openPlan(
  context: SessionSettings,
  model: InspectedModel,
  plan: VariantPlan,
): Promise<OpenGraph> {
  await mkdir(context.weights, { recursive: true })
  const asked = model.randomised ? { ...plan, randomised: model.randomised } : plan
  const fingerprint = createHash('sha256').update(canonicalJson(asked)).digest('hex').slice(0, 8)
  const path = await onGraphThread({
    kind: 'variant',
    ...fileOfModel(model),
    directory: context.weights,
    name: `${model.digest.slice(0, 16)}-${plan.op}-${fingerprint}`,
    plan: asked,
  })
  const { session, provider } = await openWithFirst({ ...context.settings, batch: 0 }, context.log, (name) =>
    namingModel(model.path, openTensors({ path, provider: name, threads: context.settings.threads })),
  )
  return { session, provider: provider.name, size: planCallSize(plan, model) }
}
