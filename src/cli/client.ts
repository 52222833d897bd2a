import type { ContractRouterClient } from '@orpc/contract'
import type { Contract, Settings } from '#shared/contract/index.ts'
import type { FarAddress } from '#shared/farAddress.ts'

/** The engine as the commands see it: the contract and nothing else. */
export type Client = ContractRouterClient<Contract>

/** An engine that runs in this process. */
export interface EngineHandle {
  client: Client
  close(): Promise<void>
}

/** An engine on another machine. */
export interface FarHandle extends EngineHandle {
  /** Home folder there: relative paths of a command are relative to it. */
  home: string
  /** The workspace of the address as a path there; null where it names none. */
  workspace: string | null
  /** Rejects when the connection is lost and does not come back. */
  lost: Promise<never>
}

/** @param tell takes words on the connection for the person */
export type ConnectFar = (
  address: FarAddress,
  env: Record<string, string | undefined>,
  tell: (words: string) => void,
) => Promise<FarHandle>

export type StartEngine = (overrides: Partial<Settings>) => Promise<EngineHandle>
