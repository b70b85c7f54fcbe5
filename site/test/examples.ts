/**
 * Runs the examples of the doc comments, and prints what went wrong as JSON: a process of its own, as they read and write files
 * in the folder that it is started in.
 *
 * An example may take for given what `given.ts` has. What it claims, `value // => 1.5`, is compared where it is a literal and
 * depends on nothing that was given.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as core from "@rocflow/core"
import * as learners from "@rocflow/learners"
import * as losses from "@rocflow/losses"
import * as onnx from "@rocflow/onnx"
import * as report from "@rocflow/report"
import * as resampling from "@rocflow/resampling"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { stripTypeScriptTypes } from "node:module"
import { join } from "node:path"
import { commentOf, exportsOf } from "../src/api/exportsOf.ts"
import { given, left, special } from "./given.ts"

const root = join(import.meta.dirname, "../..")

type Values = Readonly<Record<string, unknown>>

const imported: Readonly<Record<string, Readonly<Record<string, Values>>>> = {
  core,
  losses,
  learners,
  resampling,
  report,
  onnx
} as never

interface Example {
  readonly name: string
  readonly code: string
  /** What the module exports, by which its examples may call each other, and the modules of its package. */
  readonly own: Values
}

const examples: ReadonlyArray<Example> = Object.entries(imported).flatMap(([pack, modules]) =>
  exportsOf(join(root, "packages", pack, "dist/index.d.ts")).flatMap(({ module, name: title }) => {
    if (module === undefined) return []
    const own = { ...modules[title], ...modules }
    return [
      ...commentOf(module).examples.map((code) => ({ name: title, code, own })),
      ...exportsOf(module).flatMap(({ comment, name }) =>
        comment.examples.map((code) => ({ name: `${title}.${name}`, code, own }))
      )
    ]
  })
)

const namespaces: Values = {
  ...Object.assign({}, ...Object.values(imported)),
  Console,
  Effect,
  NodeServices,
  Result,
  Schema
}

const plain = (value: unknown): unknown =>
  ArrayBuffer.isView(value) ? Array.from(value as unknown as Iterable<unknown>) : value

/** Whether a value is what a claim says, which may be rounded to three digits. */
const near = (value: unknown, said: unknown): boolean => {
  if (typeof value === "number" && typeof said === "number")
    return Object.is(value, said) || Math.abs(value - said) < 5e-4
  if (typeof value !== "object" || typeof said !== "object" || value === null || said === null) return value === said
  const keys = Object.keys(said)
  return (
    keys.length === Object.keys(value).length &&
    keys.every((key) => near((value as Values)[key], (said as Values)[key]))
  )
}

/** What a claim says, if it is a literal; typed arrays are written as Node prints them. */
const literal = (claim: string): { readonly value: unknown } | undefined => {
  try {
    return { value: new Function(`"use strict"; return (${claim.replace(/^\w+Array (?=\[)/, "")})`)() }
  } catch {
    return undefined
  }
}

const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor as new (
  ...code: ReadonlyArray<string>
) => (...values: ReadonlyArray<unknown>) => Generator<Effect.Effect<unknown, unknown, never>>

/** Runs an example; the result is what it claims and does not hold. */
const run = async ({ code, name, own }: Example): Promise<ReadonlyArray<string>> => {
  const lent = { ...given, ...special[name] }
  const scope: Values = { ...namespaces, ...own, ...lent }
  const declared = new Set(
    [...code.matchAll(/\b(?:const|let|class|function)[ \t]+[{[]?\s*(\w+)/g)].map((match) => match[1]!)
  )
  const names = Object.keys(scope).filter((one) => /^[A-Za-z]\w*$/.test(one) && !declared.has(one) && one !== "default")
  const free = !names.some((one) => one in lent && new RegExp(`(?<![.\\w])${one}\\b`).test(code))
  const wrong: Array<string> = []
  const claim = (value: unknown, text: string) => {
    const said = literal(text)
    if (said !== undefined && !near(plain(value), said.value))
      wrong.push(`${text}, but it is ${JSON.stringify(plain(value))}`)
  }
  const claimed = free
    ? code.replace(
        /^((?!const |let |\/\/|[\s})]).*?);? \/\/ => (.*)$/gm,
        (_, value: string, text: string) => `;claim((${value}), ${JSON.stringify(text)})`
      )
    : code
  const body = stripTypeScriptTypes(`function* example() {\n${claimed}\n}`)
  const inner = body.slice(body.indexOf("{") + 1, body.lastIndexOf("}"))
  const program = new GeneratorFunction("claim", ...names, `"use strict";${inner}`)
  await Effect.runPromise(
    Effect.scoped(Effect.gen(() => program(claim, ...names.map((one) => scope[one])))).pipe(
      Effect.provide([core.Auto.layer(), NodeServices.layer, resampling.Executor.inProcess])
    )
  )
  return wrong
}

const problems: Array<string> = []
for (const example of examples.filter(({ name }) => !(name in left))) {
  try {
    problems.push(...(await run(example)).map((wrong) => `${example.name} claims ${wrong}`))
  } catch (error) {
    problems.push(`${example.name}: ${String(error instanceof Error ? error.message : error).split("\n")[0]}`)
  }
}
process.stdout.write(`\u0000${JSON.stringify({ examples: examples.length, problems })}`)
