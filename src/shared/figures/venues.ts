/** Page widths of a venue, and the type of its figures. Widths are in inches, font sizes in points. */
export interface Venue {
  id: string
  title: string
  /** Width of a column; null where the page has only one. */
  column: number | null
  /** Width of the text block. */
  text: number
  /** Font size in figures: two points below that of the text, but at least 7. */
  fontSize: number
  typeface: 'sans' | 'serif'
}

/** From the style files of the venues: \columnwidth, \textwidth, and the size of their body text. */
export const venues: readonly Venue[] = [
  { id: 'icml', title: 'ICML', column: 3.25, text: 6.75, fontSize: 8, typeface: 'serif' },
  { id: 'cvpr', title: 'CVPR, ICCV, WACV', column: 3.25, text: 6.875, fontSize: 8, typeface: 'serif' },
  { id: 'neurips', title: 'NeurIPS', column: null, text: 5.5, fontSize: 8, typeface: 'serif' },
  { id: 'iclr', title: 'ICLR', column: null, text: 5.5, fontSize: 8, typeface: 'serif' },
  // 122 mm.
  { id: 'eccv', title: 'ECCV (LNCS)', column: null, text: 4.803, fontSize: 8, typeface: 'serif' },
  { id: 'aaai', title: 'AAAI', column: 3.3, text: 7, fontSize: 8, typeface: 'serif' },
  { id: 'tmlr', title: 'TMLR', column: null, text: 6.5, fontSize: 8, typeface: 'serif' },
]

/** Width and font size of a figure at a venue. */
export interface FigureSetting {
  width: number
  fontSize: number
  typeface: 'sans' | 'serif'
}

/**
 * @param span column: one column (the text block where there is only one); text: the whole text block; or a share of
 * the text block in (0,1], e.g. 0.5 for two figures side by side
 * @throws RangeError where a share is not in (0,1]
 */
export function venueSetting(venue: Venue, span: 'column' | 'text' | number): FigureSetting {
  if (typeof span === 'number' && !(span > 0 && span <= 1)) throw new RangeError(`invalid span: ${span}`)
  const width =
    span === 'text' ? venue.text : span === 'column' ? (venue.column ?? venue.text) : span * venue.text
  return { width: Math.round(width * 1000) / 1000, fontSize: venue.fontSize, typeface: venue.typeface }
}
