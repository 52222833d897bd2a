/** Plain keys belong to the field that is being written in. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  )
}

/** Whether a dialog is open over the page; what opens beside a button is none. */
export const modalIsOpen = () =>
  [...document.querySelectorAll('[role="dialog"][data-state="open"]')].some(
    (dialog) => !dialog.closest('[data-reka-popper-content-wrapper]'),
  )

const notText = ['checkbox', 'radio', 'range', 'button', 'submit', 'color', 'file']

/** Whether the element keeps an undo of its own: a field for text, not a switch or a slider. */
export function keepsOwnUndo(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !notText.includes(target.type) && !target.readOnly
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable)
}

/** Whether a text field has the focus. */
export const writtenIn = () => keepsOwnUndo(document.activeElement)

/**
 * Undo or redo inside the text field that is written in, for the native menu. `execCommand` is the only way a page has
 * to the field's own history.
 */
export const editText = (action: 'undo' | 'redo') => void document.execCommand(action)
