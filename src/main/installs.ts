import { app } from 'electron'
import { z } from 'zod'
import type { InstallLook, InstallStep } from '#shared/bridge.ts'
import { channels } from '#shared/channels.ts'
import { toErrorShape, type ErrorShape } from '#shared/errors.ts'
import { farHost, parseFarAddress } from '#shared/farAddress.ts'
import { install, payloadOf, planInstall, probe, runThrough, sshCommand } from '../remote/index.ts'
import { onCall, onNote } from './calls.ts'
import { engineFolder, nodeFile } from './paths.ts'

const address = z.string().max(5000)
/** Least time between two words on the progress, in milliseconds. */
const wordsEveryMs = 100

/**
 * Looks at machines for the page, and sends the engine of this computer to one. The page asks the person first; it chooses
 * neither what is sent nor where it goes there.
 */
export function answerInstalls(env: NodeJS.ProcessEnv) {
  let stop = new AbortController()
  const ownEngine = () => payloadOf({ app: engineFolder, node: nodeFile() })
  const machineOf = (given: string, signal?: AbortSignal) => {
    const machine = parseFarAddress(given)
    const run = runThrough((command) => sshCommand(machine, command, env), env, signal)
    return { name: farHost(machine), run }
  }

  onCall(channels.lookAtMachine, address, async (given): Promise<InstallLook | { problem: ErrorShape }> => {
    try {
      const { name, run } = machineOf(given)
      const far = await probe(run, name)
      const own = ownEngine()
      return {
        plan: planInstall(own, far),
        ...{ host: name, version: own.version, bytes: own.bytes },
        machine: [far.platform, far.arch, far.libc].filter(Boolean).join(', '),
      }
    } catch (error) {
      return { problem: toErrorShape(error) }
    }
  })
  onCall(channels.installEngine, address, async (given, { page }): Promise<ErrorShape | null> => {
    stop.abort()
    const own = (stop = new AbortController())
    let last = -wordsEveryMs
    const told = (step: InstallStep) => {
      const now = performance.now()
      if (page.isDestroyed() || (step.step === 'sending' && now - last < wordsEveryMs)) return
      last = now
      page.send(channels.installStep, step)
    }
    try {
      const { name, run } = machineOf(given, own.signal)
      await install(run, name, ownEngine(), { told, signal: own.signal })
      return null
    } catch (error) {
      return toErrorShape(error)
    }
  })
  onNote(channels.stopInstall, z.undefined(), () => stop.abort())
  app.on('will-quit', () => stop.abort())
}
