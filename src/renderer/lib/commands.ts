import { inject, provide, type InjectionKey } from 'vue'
import { commandTable, type CommandId } from '#shared/commands.ts'

type Run = (id: CommandId) => void

const key: InjectionKey<Run> = Symbol('run a command')

/** What a command is called, without the dots of one that asks first. */
export const commandTitle = (id: CommandId): string =>
  commandTable.find((command) => command.id === id)?.title.replace('…', '') ?? ''

/** Gives all components below the calling one the commands of the frame. */
export const provideCommands = (run: Run): void => provide(key, run)

/** Runs a command by its id, if it may run now. */
export function useRunCommand(): Run {
  const run = inject(key)
  if (!run) throw new Error('no component above provides the commands')
  return run
}
