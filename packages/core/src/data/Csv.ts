/**
 * Fields of CSV as RFC 4180 has them.
 */

/** Writes a field: in quotation marks where it needs them. @category conversions */
export const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Writes a line of fields, with its end. @category conversions */
export const line = (texts: ReadonlyArray<string>): string => `${texts.map(field).join(",")}\n`
