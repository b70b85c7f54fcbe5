/**
 * The command line of `rocflow data`: names, flags and help.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { json, lazily } from "./flags.ts"

const catalogue = Flag.String("catalogue").pipe(
  Flag.withDescription("A catalogue of your own: a JSON file, or an address that begins with https. Default: built-in"),
  Flag.optional
)
const name = Argument.String("name").pipe(Argument.withDescription("Data set that `rocflow data list` shows"))

const list = Command.make(
  "list",
  { catalogue, json },
  lazily(() => import("./commands/data.ts").then(({ list }) => list))
).pipe(
  Command.withDescription("List the data sets that can be had by name"),
  Command.withExamples([
    { command: "rocflow data list", description: "The built-in ones" },
    { command: "rocflow data list --catalogue ours.json", description: "Those of a catalogue of your own" }
  ])
)

const info = Command.make(
  "info",
  { name, catalogue, json },
  lazily(() => import("./commands/data.ts").then(({ info }) => info))
).pipe(
  Command.withDescription(
    "Show what a data set is: licence, citation, addresses and hashes of its files, roles of its columns"
  ),
  Command.withShortDescription("Show what a data set is"),
  Command.withExamples([{ command: "rocflow data info sonar", description: "Nothing is fetched" }])
)

const get = Command.make(
  "get",
  {
    name,
    catalogue,
    out: Flag.String("out").pipe(
      Flag.withDescription("Folder that gets copies of the files; default: they stay in the cache"),
      Flag.optional
    ),
    json
  },
  lazily(() => import("./commands/data.ts").then(({ get }) => get))
).pipe(
  Command.withDescription(
    "Get a data set: fetch its files, check them, make Parquet or IDX of them, and print the tasks of an experiment that uses them. What was fetched before is not fetched again."
  ),
  Command.withShortDescription("Get a data set and print its task for an experiment"),
  Command.withExamples([
    { command: "rocflow data get sonar", description: "Prints YAML: `>> my.yaml` puts it into an experiment" },
    { command: "rocflow data get mnist --out data", description: "Files in a folder of your own" }
  ])
)

/** The command `rocflow data`. */
export const data = Command.make("data").pipe(
  Command.withDescription(
    "Public data sets by name. They stay in the cache: ROCFLOW_CACHE, or rocflow in XDG_CACHE_HOME or ~/.cache."
  ),
  Command.withShortDescription("Public data sets by name"),
  Command.withExamples([{ command: "rocflow data get sonar", description: "Ready for an experiment" }]),
  Command.withSubcommands([list, info, get])
)
