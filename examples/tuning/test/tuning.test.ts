import { readFileSync } from "node:fs"
import * as Auto from "@rocflow/core/engine/Auto"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { foreignCode, foreignOutput } from "../../support/readme.ts"
import { csv } from "../generate.ts"
import { program } from "../main.ts"

const folder = new URL("../", import.meta.url)

it("has the data that the generator makes", () => {
  const data = readFileSync(new URL("data.csv", folder), "utf8")
  expect(data).toBe(csv())
  const rows = data.trimEnd().split("\n").slice(1)
  expect([rows.length, rows.filter((row) => row.includes(",fails,")).length]).toEqual([660, 185])
})

it("has the code that the README shows", () => {
  expect(foreignCode(folder, "main.ts")).toEqual([])
})

it("prints what the README says", { timeout: 120_000 }, async () => {
  const lines = await Effect.runPromise(program.pipe(Effect.provide(Layer.mergeAll(Auto.layer(), NodeServices.layer))))
  expect(foreignOutput(folder, lines.join("\n"))).toEqual([])
})
