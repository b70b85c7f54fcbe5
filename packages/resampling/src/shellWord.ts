/**
 * Writes an argument as a shell reads it, in commands that are run and in those that messages tell.
 *
 * @example
 * shellWord("my run") // => "'my run'"
 */
export const shellWord = (text: string): string =>
  /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
