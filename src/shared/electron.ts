/** The release of Electron that this version is made for and shipped with. */
export const electronVersion = '45.4.1'

/** What to say of another release; null for the one this version is made for. */
export const electronWarning = (found: string): string | null =>
  found === electronVersion
    ? null
    : `Kernelscope is made for Electron ${electronVersion}. This one is for tests only: it may lack security fixes.`
