/**
 * Reads the address of a view from a pasted text: "/models/3/kernels?layer=1", with or without "#" or the app's origin
 * before it. null where the text is not such an address.
 */
export function readAddress(text: string): string | null {
  const trimmed = text.trim()
  const path = trimmed.replace(/^app:\/\/kernelscope\/?/, '').replace(/^#/, '')
  return /^\/[^\s]*$/.test(path) ? path : null
}
