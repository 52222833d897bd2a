import { answerWindow, WireFault } from '#shared/wire/index.ts'

/** The bytes of an answer as they come. Reading them allows the sender more; leaving early gives the rest up. */
export class AnswerBody implements AsyncIterable<Uint8Array> {
  readonly #on: { read(bytes: number): void; left(): void }
  #pieces: Uint8Array[] = []
  /** Bytes that the sender may still send. */
  #allowed = answerWindow
  #over: 'ended' | 'failed' | null = null
  #wake: () => void = () => undefined

  constructor(on: { read(bytes: number): void; left(): void }) {
    this.#on = on
  }

  /** @throws WireFault where the sender was not allowed so many bytes */
  push(piece: Uint8Array): void {
    this.#allowed -= piece.length
    if (this.#allowed < 0) throw new WireFault('more bytes of an answer than were allowed')
    this.#pieces.push(piece)
    this.#wake()
  }

  end(): void {
    this.#over ??= 'ended'
    this.#wake()
  }

  fail(): void {
    this.#over ??= 'failed'
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const piece = this.#pieces.shift()
        if (piece) {
          yield piece
          this.#allowed += piece.length
          this.#on.read(piece.length)
        } else if (this.#over === 'failed') throw new Error('the answer was broken off')
        else if (this.#over === 'ended') return
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      if (this.#over === null) this.#on.left()
    }
  }
}
