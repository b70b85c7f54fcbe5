/**
 * The script that each task of an array runs, and words of commands as a shell reads them.
 */
import * as Result from "effect/Result"

/** Writes an argument as a shell reads it. */
export const shellWord = (text: string): string =>
  /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** Where the command goes in a template. */
const place = "{{command}}"

/** The script of those who give none. */
export const defaultTemplate = `#!/bin/bash
exec ${place}
`

/** Puts the command into a template, or says why it is none. */
export const fill = (template: string, command: ReadonlyArray<string>): Result.Result<string, string> => {
  if (!template.startsWith("#!")) return Result.fail('does not begin with "#!": sbatch takes scripts only')
  if (!template.includes(place)) return Result.fail(`has no ${place}: nothing would be computed`)
  return Result.succeed(template.replaceAll(place, () => command.map(shellWord).join(" ")))
}
