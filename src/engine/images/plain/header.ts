/** What is known of a picture before it is decoded. */
export interface PlainHeader {
  width: number
  height: number
  /** The byte that the pixels begin with. */
  start: number
}

/** Says what of a picture cannot be decoded. */
export class Undecodable extends Error {}
