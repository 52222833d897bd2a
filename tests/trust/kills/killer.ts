import Database from 'better-sqlite3'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import {
  getEnvironmentData,
  isMainThread,
  MessagePort,
  setEnvironmentData,
  threadId,
  Worker,
} from 'node:worker_threads'

/**
 * Loaded before the engine in its process, and in each of its threads (`--import`). Counts the steps of all threads:
 * changes of files and of databases, and messages between threads. Once armed by a message of the test, it kills the
 * process in the middle of one step. What a step writes is then half written.
 */

const counters = 'kills'
const memory = isMainThread ? new SharedArrayBuffer(8) : getEnvironmentData(counters)
if (!(memory instanceof SharedArrayBuffer)) throw new Error('the killer was not loaded in the main thread')
setEnvironmentData(counters, memory)
/** Steps until the kill, 0 for none; steps so far. */
const [left, counted] = [0, 1]
const count = new Int32Array(memory)
const original = { ...fs }

/** Messages of the test: kill in the step after so many; write the number of steps so far to a file. */
if (isMainThread)
  process.on('message', (message) => {
    if (typeof message !== 'object' || message === null) return
    if ('killAfter' in message) Atomics.store(count, left, Number(message.killAfter))
    if ('tellSteps' in message)
      original.writeFileSync(String(message.tellSteps), String(Atomics.exchange(count, counted, 0)))
  })

/** Whether this step is the last. */
function isLast(): boolean {
  Atomics.add(count, counted, 1)
  return Atomics.load(count, left) > 0 && Atomics.sub(count, left, 1) === 1
}

function die(what: string): never {
  original.writeSync(2, `killed in ${what} of thread ${threadId}\n`)
  process.kill(process.pid, 'SIGKILL')
  // The signal may come a moment later.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

/** Half of what is to be written; undefined where it comes in pieces. */
const halfOf = (data: unknown): Uint8Array | undefined =>
  typeof data === 'string'
    ? Buffer.from(data.slice(0, data.length / 2))
    : data instanceof Uint8Array
      ? data.subarray(0, data.length / 2)
      : undefined

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Puts a function in the place of a method that counts a step before. `half` does a part of the step, of the same owner. */
function counting<T extends object>(owner: T, name: string, half: Method = () => undefined): void {
  const method: unknown = Reflect.get(owner, name)
  if (typeof method !== 'function') throw new Error(`there is no ${name}`)
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]): unknown {
    if (isLast()) {
      Reflect.apply(half, this, args)
      die(`${name} ${args.find((arg) => typeof arg === 'string')?.slice(0, 200) ?? ''}`)
    }
    return Reflect.apply(method, this, args)
  })
}

/** Writes half of a file. */
const halfFile: Method = (path, data) => {
  if (typeof path === 'string') original.writeFileSync(path, halfOf(data) ?? '')
}
const halfCopy: Method = (from, to) => {
  if (typeof from === 'string' && typeof to === 'string' && fs.statSync(from).isFile())
    halfFile(to, original.readFileSync(from))
}
const halfPiece: Method = (fd, data) => {
  const half = halfOf(data)
  if (typeof fd === 'number' && half) original.writeSync(fd, half)
}
const halves: Record<string, Method> = {
  writeFile: halfFile,
  copyFile: halfCopy,
  cp: halfCopy,
  write: halfPiece,
}
for (const name of ['writeFile', 'copyFile', 'cp', 'mkdir', 'rename', 'rm', 'unlink', 'write', 'mkdtemp']) {
  counting(fs, `${name}Sync`, halves[name])
  if (name in fs.promises) counting(fs.promises, name, halves[name])
}
counting(fs, 'write', halfPiece)
syncBuiltinESMExports()

/** What an open file writes, by itself or as a stream. */
const handle = await original.promises.open(process.execPath)
for (const name of ['write', 'writeFile'])
  counting(Object.getPrototypeOf(handle), name, function (data) {
    if (typeof this === 'object' && this !== null && 'fd' in this) halfPiece(this.fd, data)
  })
await handle.close()

const probe = new Database(':memory:')
counting(Object.getPrototypeOf(probe.prepare('SELECT 1')), 'run')
probe.close()
counting(Database.prototype, 'exec')
counting(Worker.prototype, 'postMessage')
counting(MessagePort.prototype, 'postMessage')
