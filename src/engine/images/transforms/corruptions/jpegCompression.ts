import { throughJpeg } from '../../jpeg/index.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

const qualities: Severities<number> = [25, 18, 15, 10, 7]

export const jpegCompression: CorruptionDefinition = {
  deterministic: true,
  parameters: [parameter('Quality', qualities)],
  apply: (picture, severity) => throughJpeg(picture, at(qualities, severity)),
}
