import { inject, provide, type InjectionKey } from 'vue'
import { commandTable, type CommandId } from '#shared/commands.ts'

type Run = (id: CommandId) => void

const key: InjectionKey<Run> = Symbol('run a command')

/** Title of a command, without the dots that mark a command with a dialog. */
export const commandTitle = (id: CommandId): string =>
  commandTable.find((command) => command.id === id)?.title.replace('…', '') ?? ''

/** Provides the frame's commands to all components below the calling one. */
export const provideCommands = (run: Run): void => provide(key, run)

/**
 * Returns a function that runs a command by its id, if the command may run now.
 * @throws Error where no component above provides the commands
 */
export function useRunCommand(): Run {
  const run = inject(key)
  if (!run) throw new Error('no component above provides the commands')
  return run
}
