/** Saves bytes as a file. The shell asks the user for the place. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** Saves a text of a MIME type as a file. */
export const saveText = (name: string, text: string, type: string) =>
  saveBlob(name, new Blob([text], { type }))
