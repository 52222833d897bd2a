import type { FileWindow } from './fileWindow.ts'

const signatures: { what: string; at?: number; bytes: readonly number[] }[] = [
  { what: 'a PNG image', bytes: [0x89, 0x50, 0x4e, 0x47] },
  { what: 'a JPEG image', bytes: [0xff, 0xd8, 0xff] },
  { what: 'a GIF image', bytes: [0x47, 0x49, 0x46, 0x38] },
  { what: 'a zip archive (perhaps a PyTorch checkpoint)', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { what: 'a gzip archive', bytes: [0x1f, 0x8b] },
  { what: 'a pickle (perhaps a PyTorch checkpoint)', bytes: [0x80, 0x02] },
  { what: 'an HDF5 file (perhaps Keras weights)', bytes: [0x89, 0x48, 0x44, 0x46] },
  { what: 'a NumPy array', bytes: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] },
  { what: 'a GGUF file', bytes: [0x47, 0x47, 0x55, 0x46] },
  { what: 'a TensorFlow Lite model', at: 4, bytes: [0x54, 0x46, 0x4c, 0x33] },
  { what: "a model in ONNX Runtime's own format (.ort)", at: 4, bytes: [0x4f, 0x52, 0x54, 0x4d] },
  { what: 'a program', bytes: [0x7f, 0x45, 0x4c, 0x46] },
  { what: 'a PDF document', bytes: [0x25, 0x50, 0x44, 0x46] },
]

const pointer = 'version https://git-lfs.github.com/spec/'

/** Kind of a file that is certainly not ONNX, by its first bytes; null where it may be ONNX. */
export async function foreignFormat(window: FileWindow): Promise<string | null> {
  const head = (await window.peek(0, 512)).slice()
  for (const { what, at = 0, bytes } of signatures)
    if (bytes.every((byte, index) => head[at + index] === byte)) return what
  const text = new TextDecoder().decode(head)
  if (text.startsWith(pointer)) return 'a Git LFS pointer; fetch the file itself with git lfs pull'
  const printable = head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13)
  return head.length > 0 && printable ? 'a text file' : null
}
