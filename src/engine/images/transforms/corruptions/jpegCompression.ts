import sharp from 'sharp'
import { plain } from '../../decode.ts'
import type { Picture } from '../../picture.ts'
import { at, type Corrupt, type Severities } from './types.ts'

export const qualities: Severities<number> = [25, 18, 15, 10, 7]

/** Written as baseline JPEG (4:2:0, the standard tables) and read back. */
export async function throughJpeg({ pixels, height, width }: Picture, quality: number): Promise<Picture> {
  const raw = { width, height, channels: 3 } as const
  const file = await sharp(pixels, { raw })
    .jpeg({ quality, chromaSubsampling: '4:2:0', optimiseCoding: false })
    .toBuffer()
  return { pixels: plain(await sharp(file).raw().toBuffer()), height, width }
}

export const jpegCompression: Corrupt = (picture, severity) => throughJpeg(picture, at(qualities, severity))
