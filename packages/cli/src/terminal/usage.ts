/**
 * A command line that cannot be understood: the cause, and where to look, instead of the whole help.
 */
import type * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Console from "effect/Console"

const meant = (suggestions: ReadonlyArray<string>): string =>
  suggestions.length === 0 ? "" : `; did you mean ${suggestions.join(" or ")}?`

/** What is wrong, in our words where Effect's say less. */
const sentence = (error: CliError.CliError, command: string): string => {
  switch (error._tag) {
    case "UnrecognizedOption":
      return `\`${command}\` has no flag ${error.option}${meant(error.suggestions)}`
    case "MissingOption":
      return `\`${command}\` needs the flag --${error.option}`
    case "MissingArgument":
      return `\`${command}\` needs the argument <${error.argument}>`
    case "UnexpectedArgument":
      return `\`${command}\` takes no argument ${error.arguments.map((value) => JSON.stringify(value)).join(", ")}`
    case "InvalidValue": {
      const expected = error.expected
        .replace(/^Expected:?\s*/, "")
        .replace(/^Failed to check path existence: BadResource:.*/s, "its path leads through a file")
        .replace(/^Failed to check path existence: PermissionDenied:.*/s, "you may not look into its directory")
        .replace("a string representing a finite number", "a number")
      const name = error.kind === "argument" ? `<${error.option}>` : `--${error.option}`
      const whole = expected.replace(/^integer$/, "a whole number").replace(/^number$/, "a number")
      const hint = /^"|^an? /.test(whole) ? `give ${whole.replaceAll(" | ", ", ")}` : whole
      return error.value === "" ? `${name} has no value; ${hint}` : `${name} cannot be "${error.value}": ${hint}`
    }
    case "UnknownSubcommand":
      return `there is no command "${error.subcommand}"${meant(error.suggestions)}`
    default:
      return error.message
  }
}

/** Shows help where it was asked for; of a command line that makes no sense only what is wrong with it. */
export const presenter: CliOutput.Presenter = {
  present: (event) => {
    if (event._tag !== "InvalidInvocation") return CliOutput.defaultPresenter.present(event)
    const command = event.commandPath.join(" ")
    const lines = event.errors.map((error) => sentence(error, command))
    return Console.error(`${lines.join("\n")}\n\`${command} --help\` lists arguments and flags.`)
  }
}
