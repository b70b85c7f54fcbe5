/**
 * Lines of CSV as RFC 4180 has them.
 */

/** In quotation marks where it needs them. */
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Writes a line of fields, with its end. @category conversions */
export const line = (texts: ReadonlyArray<string>): string => `${texts.map(field).join(",")}\n`
