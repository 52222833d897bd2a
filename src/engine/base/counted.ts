import { Transform } from 'node:stream'

/** Passes a stream on and tells the number of bytes of every piece. */
export const counted = (onBytes: (bytes: number) => void): Transform =>
  new Transform({
    transform(piece: Buffer, _, done) {
      onBytes(piece.length)
      done(null, piece)
    },
  })
