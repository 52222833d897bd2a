/**
 * The address of a view in what somebody pasted: "/models/3/kernels?layer=1", with or without "#" or the app's origin
 * before it. Null for what cannot be one.
 */
export function readAddress(text: string): string | null {
  const trimmed = text.trim()
  const path = trimmed.replace(/^app:\/\/kernelscope\/?/, '').replace(/^#/, '')
  return /^\/[^\s]*$/.test(path) ? path : null
}
