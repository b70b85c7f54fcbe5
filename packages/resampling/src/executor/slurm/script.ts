/**
 * The script that each task of an array runs.
 */
import * as Result from "effect/Result"
import { shellWord } from "../../shellWord.ts"

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
