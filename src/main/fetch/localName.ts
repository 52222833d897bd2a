/** Marks that a name must not have here: those of paths, of control, of shells of Windows, and those that turn text around. */
const bad = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff/\\:*?"<>|]/g
/** Names that Windows keeps for devices. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** A name that another machine gave a file, as one that is harmless in a folder of this computer. */
export function localName(name: string): string {
  const plain = name
    .replace(bad, '-')
    .replace(/[. ]+$/, '')
    .replace(/^\.+/, '')
    .trim()
  const short = shortened(plain)
  return short === '' ? 'file' : device.test(short) ? `file-${short}` : short
}

/** At most 200 bytes, with the ending. */
function shortened(name: string): string {
  const most = 200
  if (Buffer.byteLength(name) <= most) return name
  const ending = /\.[^.]{1,12}$/.exec(name)?.[0] ?? ''
  let stem = name.slice(0, name.length - ending.length)
  while (Buffer.byteLength(stem + ending) > most) stem = [...stem].slice(0, -1).join('')
  return stem + ending
}

/** The name with a number behind it, for the case that there is one of that name: "a.csv", "a (2).csv". */
export function numbered(name: string, number: number): string {
  if (number === 1) return name
  const ending = /(?!^)\.[^.]*$/.exec(name)?.[0] ?? ''
  return `${name.slice(0, name.length - ending.length)} (${number})${ending}`
}
