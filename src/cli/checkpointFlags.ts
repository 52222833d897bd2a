import type { CheckpointChoice, CheckpointFacts, Model } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Client } from './client.ts'

/** Options of commands that add a checkpoint. */
export interface ChoiceFlags {
  part?: string
  answer?: string[]
}

/**
 * The choices of the options; nothing without them.
 *
 * @throws USAGE where an answer has not the form question=answer
 */
export function choiceOf({ part, answer }: ChoiceFlags): { choice?: CheckpointChoice } {
  if (part === undefined && answer === undefined) return {}
  const answers: [string, string][] = (answer ?? []).map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new KernelscopeError('USAGE', `--answer ${text}: question=answer is expected`)
    return [text.slice(0, at), text.slice(at + 1)]
  })
  return { choice: { part: part ?? null, answers: Object.fromEntries(answers) } }
}

/** What the checkpoints among models were taken for; null for ONNX files. */
export const checkpointsOf = (
  client: Client,
  models: readonly Model[],
): Promise<(CheckpointFacts | null)[]> =>
  Promise.all(models.map(async ({ id }) => (await client.models.inspect({ id })).checkpoint ?? null))
