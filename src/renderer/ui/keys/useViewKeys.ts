import { useEventListener } from '@vueuse/core'
import { isMac } from '../../lib/bridge.ts'
import { isTyping, modalIsOpen } from './editing.ts'
import { viewActionOf, type ViewKey } from './viewKeys.ts'

/** Elements with their own arrow keys. */
const withKeys = '[role="radiogroup"], [role="dialog"], [role="menu"], [role="listbox"], [role="slider"]'

/** Binds keys of a page to actions while the calling component lives, wherever the focus is on the page. */
export function useViewKeys<A extends string>(
  keys: Readonly<Record<A, ViewKey>>,
  actions: Record<A, () => void>,
): void {
  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || isTyping(event.target) || modalIsOpen()) return
    if (event.target instanceof HTMLElement && event.target.closest(withKeys)) return
    const action = viewActionOf(keys, event, isMac)
    if (action === null) return
    event.preventDefault()
    actions[action]()
  })
}
