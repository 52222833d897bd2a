import { createORPCClient } from '@orpc/client'
import { implement, ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { contract } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Engine } from '../../../src/renderer/lib/engine/index.ts'
import { EngineLink } from '../../../src/renderer/lib/engine/link.ts'
import { subscribe } from '../../../src/renderer/lib/engine/subscribe.ts'

const info = { kernelscope: '0.1.0', node: '24', onnxruntime: '1.30', sqlite: '3.5' }
const ports: MessagePort[] = []
afterEach(() => ports.splice(0).forEach((port) => port.close()))

/** Serves a part of the contract over a real MessageChannel, as the engine does. */
function serve(version: () => Promise<typeof info>, lines: string[] = []): MessagePort {
  const os = implement(contract.system)
  const router = {
    version: os.version.handler(version),
    log: os.log.handler(async function* ({ signal }) {
      for (const text of lines) yield { time: 1, level: 'info' as const, text }
      await new Promise((resolve) => signal?.addEventListener('abort', resolve))
    }),
  }
  const { port1, port2 } = new MessageChannel()
  new RPCHandler({ system: router }).upgrade(port1)
  port1.start()
  ports.push(port1, port2)
  return port2
}

function connect(patience = 2000) {
  const link = new EngineLink({ patience })
  return { link, engine: createORPCClient<Engine>(link) }
}

describe('the link to the engine', () => {
  it('lets a call wait until a port comes', async () => {
    const { link, engine } = connect()
    const answer = engine.system.version()
    link.attach(serve(async () => info))
    expect(await answer).toEqual(info)
  })

  it('says ENGINE_DOWN when no port comes in time', async () => {
    const { engine } = connect(20)
    await expect(engine.system.version()).rejects.toMatchObject({ code: 'ENGINE_DOWN' })
  })

  it('rebuilds an error with its code, message, hint and details', async () => {
    const { link, engine } = connect()
    const shape = new KernelscopeError('MODEL_TRUNCATED', 'net.onnx: ends at byte 12', {
      details: 'field 7',
    }).toShape()
    link.attach(
      serve(async () => {
        throw new ORPCError(shape.code, { message: shape.message, data: shape })
      }),
    )
    const error = await engine.system.version().catch((e: unknown) => e)
    expect(error).toBeInstanceOf(KernelscopeError)
    expect(error instanceof KernelscopeError && error.toShape()).toEqual(shape)
  })

  it('fails running calls when the engine is lost, and works again over the next port', async () => {
    const { link, engine } = connect()
    link.attach(serve(() => new Promise(() => {})))
    const hanging = engine.system.version()
    await new Promise((resolve) => setTimeout(resolve, 20))
    link.detach()
    await expect(hanging).rejects.toMatchObject({ code: 'ENGINE_DOWN' })
    link.attach(serve(async () => info))
    expect(await engine.system.version()).toEqual(info)
  })

  it('counts a call as lost, not as cancelled, where its port closes before anything else is heard', async () => {
    const { link, engine } = connect()
    const port = serve(() => new Promise(() => {}))
    const closing: (() => void)[] = []
    const listen = port.addEventListener.bind(port)
    vi.spyOn(port, 'addEventListener').mockImplementation((type, listener) => {
      if (type !== 'close' || typeof listener !== 'function') return listen(type, listener)
      closing.push(() => listener(new Event('close')))
    })
    link.attach(port)
    const hanging = engine.system.version()
    await new Promise((resolve) => setTimeout(resolve, 20))
    // A browser lets promises go on between two listeners.
    closing[0]?.()
    await expect(hanging).rejects.toMatchObject({ code: 'ENGINE_DOWN' })
  })

  it('reports CANCELLED for a call that is aborted', async () => {
    const { link, engine } = connect()
    link.attach(serve(() => new Promise(() => {})))
    const controller = new AbortController()
    const call = engine.system.version(undefined, { signal: controller.signal })
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('opens a stream again after a restart', async () => {
    const { link, engine } = connect()
    const seen: string[] = []
    const stop = subscribe((signal) => engine.system.log(undefined, { signal }), {
      onEvent: (line) => seen.push(line.text),
      pause: 5,
    })
    link.attach(serve(async () => info, ['one']))
    await expect.poll(() => seen).toEqual(['one'])
    link.attach(serve(async () => info, ['two']))
    await expect.poll(() => seen).toEqual(['one', 'two'])
    stop()
  })
})
