/**
 * The name of a file as lists of labels and folders are compared by it: with forward slashes, without "./" before it, and
 * with letters and their marks composed, which macOS stores apart.
 */
export const listedName = (name: string): string =>
  name
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
    .normalize('NFC')
