import type { Settings } from '#shared/contract/index.ts'
import { openAttackSession, type AttackSession } from '../../../inference/index.ts'
import type { Log } from '../../../base/log.ts'
import { openWithFirst, type StoredModel } from '../../../models/index.ts'
import type { Workspace } from '../../../workspace/index.ts'
import { attackRequest } from '../../kinds/attacks/adversarial/open.ts'

/** What is needed to open the backward pass of a model. */
export interface AttackContext {
  workspace: Workspace
  settings: Settings
  log: Log
}

/**
 * How long an idle session stays open: building a backward pass takes seconds, and images come one after
 * another.
 */
const idleMs = 30_000

interface OpenAttacker {
  key: string
  opened: Promise<AttackSession>
  users: number
  timer: NodeJS.Timeout | undefined
}

/** Keeps the attack session that was used last open. */
export class OpenAttackers {
  #entry: OpenAttacker | null = null

  /**
   * Runs `work` with the attack session of a model.
   *
   * @throws MODEL_UNSUPPORTED where the model has no gradient
   */
  async with<T>(
    context: AttackContext,
    model: StoredModel,
    work: (session: AttackSession) => Promise<T>,
  ): Promise<T> {
    const entry = this.#entryOf(context, model)
    entry.users++
    clearTimeout(entry.timer)
    try {
      return await work(await entry.opened)
    } catch (error) {
      // After any error the next image opens the session again.
      if (this.#entry === entry) this.#entry = null
      void release(entry)
      throw error
    } finally {
      entry.users--
      if (entry.users === 0 && this.#entry === entry) {
        entry.timer = setTimeout(() => void this.close(), idleMs)
        entry.timer.unref()
      } else if (entry.users === 0) void release(entry)
    }
  }

  async close(): Promise<void> {
    const entry = this.#entry
    this.#entry = null
    if (entry) await release(entry)
  }

  #entryOf(context: AttackContext, model: StoredModel): OpenAttacker {
    const { provider, threads } = context.settings
    const key = JSON.stringify([context.workspace.path, model.digest, model.preprocessing, provider, threads])
    if (this.#entry?.key === key) return this.#entry
    const before = this.#entry
    if (before && before.users === 0) void release(before)
    const opened = openWithFirst(context.settings, context.log, async (name) =>
      openAttackSession(await attackRequest(context, model, name)),
    ).then(({ session }) => session)
    // The caller that awaits it gets the error.
    opened.catch(() => undefined)
    return (this.#entry = { key, opened, users: 0, timer: undefined })
  }
}

async function release({ opened, timer }: OpenAttacker): Promise<void> {
  clearTimeout(timer)
  const session = await opened.catch(() => null)
  await session?.close()
}
