import { z } from 'zod'
import { errorShape } from './contract/common.ts'

/** Most characters of one RPC message: more than the longest list of draws that is read from a file. */
const longestMessage = 2 ** 26

/** An RPC message of a window, unread. oRPC writes JSON; nothing else is passed on. */
export const rpcData = z.string().max(longestMessage)

/**
 * Messages from the Electron shell to the engine (a child process) over the IPC channel, `serialization: 'advanced'`. A
 * window's RPC messages are relayed unread with the number of the window's port.
 */
export const toEngine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connect'), port: z.int() }),
  z.object({ type: z.literal('disconnect'), port: z.int() }),
  z.object({ type: z.literal('rpc'), port: z.int(), data: rpcData }),
  /** The heartbeat. The engine answers at once with a `pong` of the same number. */
  z.object({ type: z.literal('ping'), n: z.int() }),
  /** Finish the running batch, store it, close the workspace, exit 0. */
  z.object({ type: z.literal('stop') }),
])

/** Messages from the engine to the Electron shell. */
export const fromEngine = z.discriminatedUnion('type', [
  /** The byte server listens on this unix socket or named pipe; every request carries the token as `authorization`. */
  z.object({ type: z.literal('ready'), socket: z.string(), token: z.string() }),
  z.object({ type: z.literal('rpc'), port: z.int(), data: rpcData }),
  z.object({ type: z.literal('pong'), n: z.int() }),
  z.object({ type: z.literal('fatal'), problem: errorShape }),
])

export type ToEngine = z.infer<typeof toEngine>
export type FromEngine = z.infer<typeof fromEngine>
