const steps: Record<string, number> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

/**
 * Arrow keys inside a `radiogroup` choose the next radio and focus it, as with native radios. A checked radio has
 * `tabindex` 0, the others -1.
 */
export function onRadioKey(event: KeyboardEvent): void {
  const step = steps[event.key]
  const group = event.currentTarget
  if (step === undefined || !(group instanceof HTMLElement)) return
  const radios = [...group.querySelectorAll<HTMLElement>('[role="radio"]:not(:disabled)')]
  const at = radios.findIndex((radio) => radio === document.activeElement)
  const next = radios[(at + step + radios.length) % radios.length]
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus()
  next.click()
}
