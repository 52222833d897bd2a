import { z } from 'zod'
import { errorShape } from './contract/common.ts'

/**
 * Messages over the IPC channel between the Electron shell and the engine (child process, `serialization: 'advanced'`).
 * A window's RPC traffic is relayed as opaque data under the number of its port.
 */
export const toEngine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connect'), port: z.int() }),
  z.object({ type: z.literal('disconnect'), port: z.int() }),
  z.object({ type: z.literal('rpc'), port: z.int(), data: z.unknown() }),
  /** Answered by `pong` with the same number, at once: the heartbeat. */
  z.object({ type: z.literal('ping'), n: z.int() }),
  /** Finish the running batch, store it, close the workspace, exit 0. */
  z.object({ type: z.literal('stop') }),
])

export const fromEngine = z.discriminatedUnion('type', [
  /** The byte server listens on this unix socket or named pipe; every request carries the token as `authorization`. */
  z.object({ type: z.literal('ready'), socket: z.string(), token: z.string() }),
  z.object({ type: z.literal('rpc'), port: z.int(), data: z.unknown() }),
  z.object({ type: z.literal('pong'), n: z.int() }),
  z.object({ type: z.literal('fatal'), problem: errorShape }),
])

export type ToEngine = z.infer<typeof toEngine>
export type FromEngine = z.infer<typeof fromEngine>
