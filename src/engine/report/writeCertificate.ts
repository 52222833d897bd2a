import type { BundleVerdict } from '#shared/contract/index.ts'
import { onnxruntimeVersion } from '../base/onnxruntimeVersion.ts'
import { version } from '../base/version.ts'
import { writeWhole, type WrittenFile } from '../base/wholeFile.ts'
import { certificateHtml, type Certificate } from './certificate.ts'
import { fonts } from './fonts.ts'

/**
 * Writes the certificate of a check as one HTML page that loads nothing else.
 *
 * @throws DISK_FULL, FILE_UNREADABLE where the file cannot be written
 */
export async function writeCertificate(
  verdict: BundleVerdict,
  bundle: Certificate['bundle'],
  path: string,
): Promise<WrittenFile> {
  const html = certificateHtml({
    ...{ verdict, bundle, version, onnxruntime: onnxruntimeVersion },
    date: new Date(),
    fonts: await fonts(),
  })
  return writeWhole(path, html)
}
