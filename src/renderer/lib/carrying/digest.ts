const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

/** The digests of the pieces of a file, from its beginning on. */
export class PieceDigests {
  readonly #pieces: Uint8Array[] = []

  /** Number of pieces that are known. */
  get length(): number {
    return this.#pieces.length
  }

  async add(piece: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#pieces.push(await sha256(piece))
  }

  /** The digest of the first pieces: the sha256 of their sha256s, as 64 hexadecimal digits. */
  async of(count: number): Promise<string> {
    const all = new Uint8Array(32 * count)
    for (const [at, piece] of this.#pieces.slice(0, count).entries()) all.set(piece, 32 * at)
    return [...(await sha256(all))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  }
}

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
  // As few calls as the stack allows: one argument is one byte.
  const most = 2 ** 15
  let text = ''
  for (let at = 0; at < bytes.length; at += most)
    text += String.fromCharCode(...bytes.subarray(at, at + most))
  return btoa(text)
}
