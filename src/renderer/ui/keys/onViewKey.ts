import { isMac } from '../../lib/bridge.ts'
import { moves, viewActionOf, type Move, type ViewKey } from './viewKeys.ts'

/** Handles the key. If it returns false, others may handle the key. */
type Action = (event: KeyboardEvent) => boolean | void

/**
 * A handler of `keydown` on an element. It maps keys of the table to actions by name; keys without an action are
 * ignored.
 */
export function onViewKey<A extends string>(
  keys: Readonly<Record<A, ViewKey>>,
  actions: Partial<Record<A, Action>>,
): (event: KeyboardEvent) => void {
  return (event) => {
    const action = viewActionOf(keys, event, isMac, (name) => actions[name] !== undefined)
    if (action === null || actions[action]?.(event) === false) return
    event.preventDefault()
  }
}

/** The same action for all moves, to be spread among the actions of `onViewKey`. */
export const moveKeys = (go: (move: Move, event: KeyboardEvent) => boolean | void): Record<Move, Action> => ({
  left: (event) => go('left', event),
  right: (event) => go('right', event),
  up: (event) => go('up', event),
  down: (event) => go('down', event),
  pageUp: (event) => go('pageUp', event),
  pageDown: (event) => go('pageDown', event),
  first: (event) => go('first', event),
  last: (event) => go('last', event),
})

/** The move that a key press means without Shift; null for none. */
export function moveUnderShift(keys: Readonly<Record<Move, ViewKey>>, { key }: KeyboardEvent): Move | null {
  const plain = { key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false }
  return moves.find((move) => viewActionOf(keys, plain, isMac, (name) => name === move) !== null) ?? null
}
