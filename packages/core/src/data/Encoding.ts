/**
 * How the characters of a text file are written: by itself, so that who only names them loads nothing that reads.
 */

/** The encodings of text files. `utf-16` is told by its byte order mark; `latin1` is read as `windows-1252`. */
export const encodings = ["utf-8", "utf-16", "utf-16le", "utf-16be", "latin1", "windows-1252"] as const

/** How the characters of a text file are written. */
export type Encoding = (typeof encodings)[number]
