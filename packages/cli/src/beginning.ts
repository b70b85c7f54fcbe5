/**
 * The commands by which one begins, and finds what one has begun: `init`, `runs`, `completion`.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { fileFlags, json, lazily } from "./flags.ts"
import { runsFolder } from "./runsFolder.ts"

export const init = Command.make(
  "init",
  {
    data: Argument.File("data").pipe(
      Argument.withDescription("CSV, TSV, Parquet or JSON lines; left out, it is asked for"),
      Argument.optional
    ),
    target: Flag.String("target").pipe(
      Flag.withDescription("The column to predict; left out, it is asked for"),
      Flag.optional
    ),
    subset: Flag.String("subset").pipe(
      Flag.withDescription("The column whose values are the subsets (places, years, devices); left out, it is guessed"),
      Flag.optional
    ),
    positive: Flag.String("positive").pipe(
      Flag.withDescription("The positive class of a target of two values; left out, it is guessed"),
      Flag.optional
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("The experiment to write; default: <name of the data>.yaml here"),
      Flag.optional
    ),
    ...fileFlags,
    json
  },
  lazily(() => import("./commands/init.ts").then(({ init }) => init))
).pipe(
  Command.withDescription(
    "Write a first experiment of a data file, with comments, that runs: roles are guessed of the columns, with the reasons; unbalanced classes are measured by AUC and AUM. Nothing is written over."
  ),
  Command.withShortDescription("Write a first experiment of a data file"),
  Command.withExamples([
    { command: "rocflow init clinics.csv --target outcome", description: "Writes clinics.yaml" },
    { command: "rocflow init", description: "Asks for the file and the target" }
  ])
)

export const runs = Command.make(
  "runs",
  {
    directory: Argument.Directory("directory").pipe(
      Argument.withDescription("Where the runs are"),
      Argument.withDefault(runsFolder)
    ),
    json
  },
  lazily(() => import("./commands/runs.ts").then(({ runs }) => runs))
).pipe(
  Command.withDescription(
    "List the runs here, the last one first: when, jobs done and failed, the best learner of each task"
  ),
  Command.withShortDescription("List the runs here"),
  Command.withExamples([{ command: "rocflow runs", description: "Those in rocflow-runs" }])
)

/** Made of the command of which it completes the parts. */
export const completion = (whole: () => Command.Command.Any) =>
  Command.make(
    "completion",
    {
      shell: Argument.Literals("shell", ["bash", "zsh", "fish"]).pipe(Argument.withDescription("The shell"))
    },
    lazily(() =>
      import("./commands/completion.ts").then(
        ({ completion }) =>
          ({ shell }: { readonly shell: "bash" | "zsh" | "fish" }): Effect.Effect<void> =>
            completion(whole(), shell)
      )
    )
  ).pipe(
    Command.withDescription("Print what completes commands and flags in a shell"),
    Command.withExamples([
      { command: "rocflow completion bash > ~/.local/share/bash-completion/completions/rocflow", description: "Bash" },
      { command: "rocflow completion zsh > ~/.zfunc/_rocflow", description: "Zsh, with ~/.zfunc in fpath" },
      { command: "rocflow completion fish > ~/.config/fish/completions/rocflow.fish", description: "Fish" }
    ])
  )
