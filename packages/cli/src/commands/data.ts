/**
 * `rocflow data`: public data sets by name.
 */
import * as Catalogue from "@rocflow/core/datasets/Catalogue"
import * as Dataset from "@rocflow/core/datasets/Dataset"
import type { Entry } from "@rocflow/core/datasets/Entry"
import { toJson } from "@rocflow/core/Json"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isAbsolute, join } from "node:path"
import { Document, isScalar, visit } from "yaml"
import * as Http from "../http.ts"
import * as Downloads from "../terminal/downloads.ts"
import { sizeText } from "../terminal/sizes.ts"
import { textTable } from "../terminal/textTable.ts"

interface Input {
  readonly catalogue: Option.Option<string>
  readonly json: boolean
}

type Named = Input & { readonly name: string }

const catalogueOf = ({ catalogue }: Input) =>
  Option.match(catalogue, { onNone: () => Effect.succeed(Catalogue.builtin), onSome: Catalogue.read })

const entryOf = (input: Named) =>
  Effect.flatMap(catalogueOf(input), (catalogue) => Effect.fromResult(Catalogue.find(catalogue, input.name)))

/** What is predicted, in a word. */
const kindOf = ({ task: { kind } }: Entry): string => kind ?? "binary"

/** Lists the data sets of a catalogue. */
export const list = Effect.fn("data.list")(function* (input: Input) {
  const { datasets } = yield* catalogueOf(input)
  if (input.json) {
    const rows = datasets.map((entry) => {
      const { columns, licence, name, rows, task, title } = entry
      return { name, title, rows, columns, kind: kindOf(entry), subset: task.subset ?? null, licence }
    })
    return yield* Console.log(toJson(rows, 2))
  }
  yield* Console.log(
    textTable(
      [
        { title: "name" },
        { title: "rows", align: "right" },
        { title: "columns", align: "right" },
        { title: "task" },
        { title: "subsets" },
        { title: "what" }
      ],
      datasets.map((entry) => [
        entry.name,
        String(entry.rows),
        String(entry.columns),
        kindOf(entry),
        entry.task.subset ?? "",
        entry.title
      ]),
      // The last column is prose, which may run on.
      Number.POSITIVE_INFINITY
    )
  )
}, Effect.provide(Http.layer))

const hashText = (sha256: string | undefined): string =>
  sha256 ?? "not known yet: the first download says it, and later ones must agree"

const filesText = (entry: Entry): string =>
  Dataset.downloads(entry)
    .map(({ file, path, url }) => {
      const { bytes, sha256 } = entry.files[file]!
      return `${file}${bytes === undefined ? "" : ` (${sizeText(bytes)})`}\n  from    ${url}\n  sha256  ${hashText(sha256)}\n  goes to ${path}`
    })
    .join("\n")

/** Shows one entry of a catalogue; fetches nothing. */
export const info = Effect.fn("data.info")(function* (input: Named) {
  const entry = yield* entryOf(input)
  if (input.json) {
    const downloads = Dataset.downloads(entry).map(({ file, path }) => [file, { ...entry.files[file], path }] as const)
    return yield* Console.log(toJson({ ...entry, files: Object.fromEntries(downloads) }, 2))
  }
  const { citation, columns, homepage, licence, name, remark, rows, task, title } = entry
  yield* Console.log(
    [
      `${name}: ${title}`,
      ...(remark === undefined ? [] : [remark]),
      "",
      `${rows} rows, ${columns} columns`,
      `licence: ${licence}`,
      `cite: ${citation}`,
      ...(homepage === undefined ? [] : [`see: ${homepage}`]),
      "",
      ...Object.entries(task).map(([role, value]) => `${role}: ${[value].flat().join(", ")}`),
      "",
      filesText(entry)
    ].join("\n")
  )
}, Effect.provide(Http.layer))

/** What a person should know of the files, as comments of YAML. */
const comments = ({ entry, sources }: Dataset.Got, files: string): ReadonlyArray<string> => [
  `# ${entry.title}: ${entry.rows} rows, ${entry.columns} columns`,
  ...(entry.remark === undefined ? [] : [`# ${entry.remark}`]),
  `# licence: ${entry.licence}`,
  `# cite: ${entry.citation}`,
  `# files: ${files}`,
  ...sources
    .filter(({ known }) => !known)
    .map(({ sha256, url }) => `# sha256 seen and kept, as the catalogue has none: ${sha256} of ${url}`)
]

/** YAML as people write it: lists of words and numbers on one line. */
const yamlOf = (value: unknown): string => {
  const document = new Document(value, { aliasDuplicateObjects: false })
  visit(document, {
    Seq: (_, list) => {
      list.flow = list.items.every(isScalar)
    }
  })
  return document.toString({ flowCollectionPadding: false, lineWidth: 0 }).trimEnd()
}

/** Gets a data set and prints the task that uses it. */
export const get = Effect.fn("data.get")(function* (input: Named & { readonly out: Option.Option<string> }) {
  const catalogue = yield* catalogueOf(input)
  const downloads = Downloads.make()
  const got = yield* Dataset.get(input.name, {
    catalogue,
    out: Option.getOrUndefined(input.out),
    listen: downloads.listen
  }).pipe(Effect.ensuring(Effect.sync(downloads.clear)))
  // Files in a folder of a project are named as the person named the folder, so that both can move.
  const folder = Option.getOrElse(input.out, () => got.directory)
  const task = Dataset.task(got, (file) => join(folder, file))
  if (input.json) {
    const { directory, entry, files, sources } = got
    return yield* Console.log(toJson({ name: entry.name, directory, files, sources, task }, 2))
  }
  yield* Console.log(
    [
      ...comments(got, isAbsolute(folder) ? folder : `${folder}, for an experiment in ${process.cwd()}`),
      yamlOf({ tasks: [task] })
    ].join("\n")
  )
}, Effect.provide(Http.layer))
