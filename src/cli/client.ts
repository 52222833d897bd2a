import type { ContractRouterClient } from '@orpc/contract'
import type { Contract, Settings } from '#shared/contract/index.ts'

/** The engine as the commands see it: the contract and nothing else. */
export type Client = ContractRouterClient<Contract>

/** An engine that runs in this process. */
export interface EngineHandle {
  client: Client
  close(): Promise<void>
}

export type StartEngine = (overrides: Partial<Settings>) => Promise<EngineHandle>
