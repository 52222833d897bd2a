declare module 'svg-to-pdfkit' {
  interface Options {
    width: number
    height: number
    preserveAspectRatio: string
    /** Name under which the document knows the font of a text. */
    fontCallback(family: string, bold: boolean, italic: boolean): string
    warningCallback(warning: string): void
  }
  export default function SVGtoPDF(
    document: PDFKit.PDFDocument,
    svg: string,
    x: number,
    y: number,
    options: Partial<Options>,
  ): void
}
