import { safetensors } from '../../trust/checkpoints/bytes.ts'
import { valuesOf, type Golden } from './golden.ts'

/** The checkpoint of a golden as safetensors; in float16 the values are rounded. */
export function storedGolden(golden: Golden, type: 'F32' | 'F16' = 'F32'): Buffer {
  const header: Record<string, unknown> = {}
  const values: Buffer[] = []
  let at = 0
  for (const [name, [shape]] of Object.entries(golden.tensors)) {
    const own = valuesOf(golden, name)
    const { buffer } = type === 'F32' ? own : Float16Array.from(own)
    header[name] = { dtype: type, shape, data_offsets: [at, at + buffer.byteLength] }
    at += buffer.byteLength
    values.push(Buffer.from(buffer))
  }
  return Buffer.concat([safetensors(header, 0), ...values])
}
