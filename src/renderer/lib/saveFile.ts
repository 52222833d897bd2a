/** Hands bytes to the user as a file; the shell asks where to put it. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** The same for a text of a MIME type. */
export const saveText = (name: string, text: string, type: string) =>
  saveBlob(name, new Blob([text], { type }))
