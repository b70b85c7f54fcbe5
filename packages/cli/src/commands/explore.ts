/**
 * `rocflow explore`: the AUM explorer, one page that needs no network.
 */
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import * as FileProblem from "@rocflow/core/FileProblem"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { show } from "../opener.ts"

interface Input {
  readonly out: Option.Option<string>
  readonly open: boolean
}

/** A page that cannot be written or shown, and what to do. @category errors */
export class PageError extends Schema.TaggedError<PageError>()("PageError", {
  path: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.path}: ${this.rule}; ${this.advice}`
  }
}

/** Where the page is: among the built files of the package, or among the docs of the repository. */
const page = ["../explorer.html", "../../../../docs/explorer.html"]
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find(existsSync)!

/** Copies the explorer to where it is wanted, prints where it is, and shows it if asked to. */
export const explore = Effect.fn("explore")(function* ({ open, out }: Input) {
  const file = Option.match(out, { onNone: () => page, onSome: (out) => resolve(out) })
  if (Option.isSome(out)) {
    const fs = yield* FileSystem.FileSystem
    const contents = yield* fs.readFile(page)
    yield* WholeFile.write(file, contents).pipe(
      Effect.mapError(
        (error) =>
          new PageError({
            path: out.value,
            rule: `cannot be written: ${FileProblem.ruleOf(error)}`,
            advice: "name a file in a directory where you may write"
          })
      )
    )
  }
  yield* Console.log(Option.getOrElse(out, () => file))
  if (open) {
    yield* Effect.mapError(
      show(file),
      (rule) => new PageError({ path: file, rule, advice: "open it in a browser by hand, or leave --open out" })
    )
  }
})
