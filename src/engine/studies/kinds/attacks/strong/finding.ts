/** A sign that attacks work, or why it was not looked for. */
export interface Check {
  model: string
  check: string
  state: 'holds' | 'does not hold' | 'not checked'
  /** What was counted, or why nothing was. */
  numbers: string
}

/** A check before it is told of which model. */
export type Finding = Omit<Check, 'model'>

export const finding = (check: string, holds: boolean | null, numbers: string): Finding => ({
  check,
  state: holds === null ? 'not checked' : holds ? 'holds' : 'does not hold',
  numbers,
})
