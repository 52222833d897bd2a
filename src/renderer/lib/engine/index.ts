import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '#shared/contract/index.ts'
import { EngineLink } from './link.ts'

export type Engine = ContractRouterClient<Contract>

export const link = new EngineLink()

/**
 * The engine, typed by the contract. The last argument of a call takes an abort signal.
 * @throws KernelscopeError with the engine's code, for every call
 */
export const engine: Engine = createORPCClient(link)

/** Takes the ports that the preload passes on. A new port comes after every start of the engine. */
export function listenForPorts(target: Window): void {
  target.addEventListener('message', (event) => {
    const [port] = event.ports
    if (event.source === target && event.data === 'kernelscope:port' && port) link.attach(port)
  })
}

export { subscribe } from './subscribe.ts'
export { isAbort, toKernelscopeError } from './errors.ts'
