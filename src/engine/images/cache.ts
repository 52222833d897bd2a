import type { Picture } from './picture.ts'

/** Pictures by key, the least recently used dropped first when their pixels exceed `limit` bytes. */
export class PictureCache {
  private readonly limit: number
  private readonly pictures = new Map<string, Picture>()
  private bytes = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get(key: string): Picture | undefined {
    const picture = this.pictures.get(key)
    if (picture === undefined) return undefined
    this.pictures.delete(key)
    this.pictures.set(key, picture)
    return picture
  }

  /** A picture larger than the whole cache is not kept. */
  set(key: string, picture: Picture): void {
    this.drop(key)
    if (picture.pixels.length > this.limit) return
    this.pictures.set(key, picture)
    this.bytes += picture.pixels.length
    for (const oldest of this.pictures.keys()) {
      if (this.bytes <= this.limit) break
      this.drop(oldest)
    }
  }

  private drop(key: string): void {
    this.bytes -= this.pictures.get(key)?.pixels.length ?? 0
    this.pictures.delete(key)
  }
}
