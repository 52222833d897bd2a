/** A text as one word of a POSIX shell, whatever characters it holds. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Words as a command line of a POSIX shell. */
export const commandLine = (words: readonly string[]): string => words.map(quoted).join(' ')

/**
 * A text as one word of a shell in which `$NAME` and `${NAME}` are replaced by variables, and nothing else is: commands
 * in it (`$(…)`, backquotes) stay text.
 */
export const withVariables = (text: string): string =>
  `"${text.replace(/["\\`]|\$(?!\w|\{\w+\})/g, (character) => `\\${character}`)}"`
