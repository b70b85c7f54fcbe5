/**
 * Which models a path means: a file, the folder of a model, a folder of several, or a run that kept its own.
 */
import * as Fs from "node:fs/promises"
import { join, resolve } from "node:path"
import type * as Saved from "@rocflow/core/learning/Saved"
import * as Run from "@rocflow/resampling/Run"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** A path, or what is asked of a model, that cannot be used, and what to do. @category errors */
export class ModelError extends Schema.TaggedError<ModelError>()("ModelError", {
  path: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.path}: ${this.rule}; ${this.advice}`
  }
}

/** Which of several are meant. */
export interface Choice {
  readonly learner: Option.Option<string>
  readonly task: Option.Option<string>
}

const list = (names: ReadonlyArray<string>): string => names.map((name) => `"${name}"`).join(", ")

/** The one name that is asked for, or that there is. */
const only = (path: string, what: "learner" | "task", names: ReadonlyArray<string>, asked: Option.Option<string>) => {
  const all = [...new Set(names)]
  const found = Option.match(asked, { onNone: () => all, onSome: (name) => all.filter((each) => each === name) })
  if (found.length === 1) return Effect.succeed(found[0]!)
  return Effect.fail(
    new ModelError({
      path,
      rule:
        found.length === 0
          ? `the run has no ${what} called "${Option.getOrElse(asked, () => "")}"`
          : `the run has models of several ${what}s`,
      advice: `name one by --${what}: ${list(all)}`
    })
  )
}

/** The models of a run: of one learner on one task, of the largest training sets where there are several. */
const ofRun = Effect.fnUntraced(function* (directory: string, choice: Choice) {
  const fs = yield* FileSystem.FileSystem
  const { manifest, results } = yield* Run.read(directory)
  if (!manifest.models) {
    return yield* new ModelError({
      path: directory,
      rule: "is a run that keeps no models",
      advice:
        "write models: true in the experiment and run it again (its jobs are trained anew), or train one by rocflow train"
    })
  }
  const jobs = results.filter(({ status }) => status === "ok").map(({ id, job }) => ({ id, ...job }))
  const task = yield* only(
    directory,
    "task",
    jobs.map((job) => job.task),
    choice.task
  )
  const ofTask = jobs.filter((job) => job.task === task)
  const learner = yield* only(
    directory,
    "learner",
    ofTask.map((job) => job.learner),
    choice.learner
  )
  const own = ofTask.filter((job) => job.learner === learner)
  const all = own.filter(({ trainSubsets }) => trainSubsets === "all")
  const files = (all.length > 0 ? all : own).map(({ id }) => join(directory, "models", id, "model.safetensors"))
  const there = yield* Effect.filter(files, (file) => fs.exists(file))
  if (there.length === files.length && files.length > 0) return there
  return yield* new ModelError({
    path: directory,
    rule: `has ${there.length} models of ${files.length} finished jobs of "${learner}" on "${task}"`,
    advice: "write models: true in the experiment and run it anew, or train one by rocflow train"
  })
})

/** Whether a path is the directory of a run. */
export const isRun = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.orElseSucceed(fs.exists(join(path, "design.json")), () => false)
})

/** The files of the models that a path means. */
export const modelFiles = Effect.fnUntraced(function* (path: string, choice: Choice) {
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.option(fs.stat(path))
  if (Option.isNone(info)) {
    return yield* new ModelError({
      path,
      rule: "is not there",
      advice: "name what rocflow train --save wrote, or a run with models: true"
    })
  }
  if (info.value.type !== "Directory") return [path]
  const own = join(path, "model.safetensors")
  if (yield* fs.exists(own)) return [own]
  if (yield* isRun(path)) return yield* ofRun(path, choice)
  const names = yield* fs.readDirectory(path)
  const found = yield* Effect.filter(names, (name) => fs.exists(join(path, name, "model.safetensors")))
  if (found.length === 1) return [join(path, found[0]!, "model.safetensors")]
  return yield* new ModelError({
    path,
    rule: found.length === 0 ? "holds no model" : `holds several models: ${found.toSorted().join(", ")}`,
    advice:
      found.length === 0
        ? "name what rocflow train --save wrote, or a run with models: true"
        : `name one, such as ${join(path, found.toSorted()[0]!)}`
  })
})

/** All models must say the same things of the same rows. */
export const sameTask = (path: string, models: ReadonlyArray<Saved.Loaded>) => {
  const [first, ...others] = models.map(({ task }) => JSON.stringify([task.kind, task.target, task.levels]))
  return others.every((other) => other === first)
    ? Effect.void
    : Effect.fail(
        new ModelError({ path, rule: "its models are of different classes", advice: "predict by one of them" })
      )
}

/** Where a path leads in the end; a file that is not there yet is its own. */
const realPath = (path: string) => Effect.promise(() => Fs.realpath(path).catch(() => resolve(path)))

/** What is read must not be replaced by what is written. */
export const keepApart = Effect.fnUntraced(function* (out: string, read: ReadonlyArray<string>) {
  const target = yield* realPath(out)
  for (const path of read) {
    if ((yield* realPath(path)) === target) {
      return yield* new ModelError({
        path: out,
        rule: `would replace ${path}, which is read`,
        advice: "name another file"
      })
    }
  }
})
