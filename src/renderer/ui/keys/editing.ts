/** Whether keys without modifier belong to a field in which a person is typing. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  )
}

/** Whether a dialog is open over the page. A popover beside a button does not count. */
export const modalIsOpen = () =>
  [...document.querySelectorAll('[role="dialog"][data-state="open"]')].some(
    (dialog) => !dialog.closest('[data-reka-popper-content-wrapper]'),
  )

const notText = ['checkbox', 'radio', 'range', 'button', 'submit', 'color', 'file']

/** Whether the element has its own undo: a text field has, a switch or slider has not. */
export function keepsOwnUndo(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !notText.includes(target.type) && !target.readOnly
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable)
}

/** Whether a text field has the focus. */
export const writtenIn = () => keepsOwnUndo(document.activeElement)

/**
 * Undo or redo inside the focused text field, for the native menu. `execCommand` is the only access that a page has to
 * the field's own history.
 */
export const editText = (action: 'undo' | 'redo') => void document.execCommand(action)
