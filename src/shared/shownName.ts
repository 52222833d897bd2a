/** Marks that change the direction of the text after them, so that a name looks like another one. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** Line ends and other marks that no name should have. */
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g

const code = (mark: string) => `⟨${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`

/** A name of a file as it may be shown: what cannot be seen in it, or would turn the text around, is shown by its code. */
export const shownName = (name: string): string => name.replace(turning, code).replace(control, code)
