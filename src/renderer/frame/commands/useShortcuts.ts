import { useEventListener } from '@vueuse/core'
import { onScopeDispose } from 'vue'
import { commandTable } from '#shared/commands.ts'
import { bridge, isMac } from '../../lib/bridge.ts'
import { isTyping, keepsOwnUndo, modalIsOpen } from '../../ui/keys/editing.ts'
import { chordReader } from '../../ui/keys/keys.ts'
import { useCommands } from './useCommands.ts'

/** Connects keys and the native menu to the command table while the calling component lives. */
export function useShortcuts(): void {
  const { run, paletteOpen, shortcutsOpen } = useCommands()
  /** Behind a dialog no command runs, except that the palette and the sheet are closed by the key that opened them. */
  const closes = (id: string) =>
    (id === 'view.palette' && paletteOpen.value) || (id === 'help.shortcuts' && shortcutsOpen.value)
  const read = chordReader(
    commandTable.flatMap(({ id, keys }) => keys.map((chord) => ({ id, chord }))),
    isMac,
  )

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return
    if (isTyping(event.target) && !event.ctrlKey && !event.metaKey) return
    const found = read(event, event.timeStamp)
    if (!found || !('id' in found)) return
    if (found.id.startsWith('edit.') && keepsOwnUndo(event.target)) return
    if (modalIsOpen() && !closes(found.id)) return
    event.preventDefault()
    run(found.id)
  })

  onScopeDispose(bridge.onCommand(run))
}
