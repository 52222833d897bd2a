import type { ContractRouterClient } from '@orpc/contract'
import type { Contract, Settings } from '#shared/contract/index.ts'

/** What the commands may ask of the engine: the contract, and nothing else. */
export type Client = ContractRouterClient<Contract>

/** An engine in this process. */
export interface EngineHandle {
  client: Client
  close(): Promise<void>
}

export type StartEngine = (overrides: Partial<Settings>) => Promise<EngineHandle>
