/**
 * `rocflow completion`: a script by which a shell completes commands and flags.
 */
import type * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as Console from "effect/Console"

/** Prints the script of a shell. */
export const completion = (command: Command.Command.Any, shell: "bash" | "zsh" | "fish") =>
  Console.log(Completions.generate("rocflow", shell, Completions.fromCommand(command)))
