import { throughJpeg } from '../../jpeg/index.ts'
import { at, type Corrupt, type Severities } from './types.ts'

export const qualities: Severities<number> = [25, 18, 15, 10, 7]

export const jpegCompression: Corrupt = (picture, severity) => throughJpeg(picture, at(qualities, severity))
