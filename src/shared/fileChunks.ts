/**
 * Bytes of one piece of an upload, but of the last: 256 KiB as base64, so that a message of it holds up others for a few
 * milliseconds.
 */
export const uploadPiece = 3 * 2 ** 16

/** Bytes of one piece of a file that is fetched, but of the last. */
export const fetchPiece = 2 ** 22

/** Names in a path below a folder, e.g. "val/n01440764/a.JPEG": no name is empty, "." or "..", none is hostile to a system. */
export function isBelow(name: string): boolean {
  const parts = name.split('/')
  return parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\0\\]/.test(part))
}
