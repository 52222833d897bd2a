/** Key of the condition of a corruption at a severity. */
export const keyOf = (corruption: string, severity: number): string => `${corruption},severity=${severity}`

/** Key of the condition of clean images. */
export const cleanKey = 'clean'
