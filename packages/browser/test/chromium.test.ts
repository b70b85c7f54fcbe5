/**
 * What a model predicts in Chromium is what it predicts in Node.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Learner from "@rocflow/core/learning/Learner"
import type { Prediction } from "@rocflow/core/learning/Prediction"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Effect from "effect/Effect"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { bundle, sizes } from "../../../scripts/buildBrowser.ts"
import type * as Browser from "../src/index.ts"
import { executable, type Served, serve, type Site } from "./support/chromium.ts"
import { cases, tableOf, trained, unseen } from "./support/models.ts"

const code = await bundle()

it("is one file that imports nothing, of a size that a page may have", () => {
  const { gzip, plain } = sizes(code)
  expect([plain < 700_000, gzip < 245_000], `${plain} bytes, ${gzip} by gzip: see docs/concepts.md`).toEqual([
    true,
    true
  ])
})

/** All numbers of a prediction: those of a regression, or the probabilities and scores of classes. */
const numbersOf = (predicted: Browser.Predicted): ReadonlyArray<number> =>
  predicted.kind === "regression"
    ? [...predicted.response]
    : [...(predicted.prob ?? []).flatMap((shares) => Object.values(shares)), ...(predicted.scores ?? [])]

const numbersHere = ({ kind, prob, response, scores }: Prediction): ReadonlyArray<number> =>
  kind === "regression" ? [...response] : [...(prob ?? []), ...(scores ?? [])]

const classesOf = (predicted: Browser.Predicted): ReadonlyArray<string> =>
  predicted.kind === "regression" ? [] : predicted.response

const classesHere = ({ kind, levels, response }: Prediction): ReadonlyArray<string> =>
  kind === "regression" ? [] : Array.from(response, (code) => levels[code]!)

const policy = "default-src 'none'; connect-src 'self'; script-src 'self'"
const page = (more: string): Served => ({
  type: "text/html",
  body: '<!doctype html><script type="module" src="/page.js"></script>',
  policy: policy + more
})

declare global {
  /** What the script of the page leaves for the test. */
  var rocflow: typeof Browser
}

/** Predicts in a page rows that come to it as JSON; gives what was predicted, or the message of the error. */
const predictIn = async (page: Page, address: string, rows: Browser.Rows | Browser.Columns) =>
  JSON.parse(
    await page.evaluate(
      async ([address, rows]) => {
        try {
          const model = await globalThis.rocflow.loadModel(address)
          const predicted = await model.predict(JSON.parse(rows) as Browser.Rows)
          const plain = (_: string, value: unknown) => (value instanceof Float64Array ? Array.from(value) : value)
          return JSON.stringify(predicted, plain)
        } catch (cause) {
          return JSON.stringify(String((cause as Error).message))
        }
      },
      [address, JSON.stringify(rows)] as const
    )
  ) as Browser.Predicted | string

describe.skipIf(executable === undefined)("in Chromium", () => {
  const files = new Map<string, Served>([
    ["/rocflow.js", { type: "text/javascript", body: code }],
    ["/page.js", { type: "text/javascript", body: 'import * as all from "/rocflow.js"\nglobalThis.rocflow = all' }],
    ["/", page(" 'wasm-unsafe-eval'")],
    ["/strict", page("")]
  ])
  const folder = mkdtempSync(join(tmpdir(), "rocflow-browser-"))
  const differences: Array<{ readonly name: string; readonly kind: string; readonly largest: number }> = []
  let site: Site
  let open: Page

  beforeAll(async () => {
    site = await serve(files)
    open = await site.open("/")
  })
  afterAll(async () => {
    await site.close()
    rmSync(folder, { recursive: true })
    for (const [kind, all] of Map.groupBy(differences, (each) => each.kind)) {
      const { largest, name } = all.reduce((a, b) => (b.largest > a.largest ? b : a))
      process.stdout.write(`${all.length} models, ${kind}: largest difference to Node ${largest} (${name})\n`)
    }
  })

  /** Trains a model here and puts it on the site. */
  const put = async (given: (typeof cases)[number]) => {
    const { model, prediction } = await Effect.runPromise(trained(given, folder).pipe(Effect.provide(Auto.layer())))
    const address = `/${encodeURIComponent(given.name)}.json`
    files.set(address, { type: "application/json", body: JSON.stringify(Saved.toJson(model)) })
    return { address, model, prediction }
  }

  it.each(cases)("predicts the same as in Node: $name", async (given) => {
    const { address, prediction } = await put(given)
    const predicted = await predictIn(open, address, unseen)
    if (typeof predicted === "string") throw new Error(predicted)
    expect(classesOf(predicted)).toEqual(classesHere(prediction))
    const [there, here] = [numbersOf(predicted), numbersHere(prediction)]
    expect(there.length).toBe(here.length)
    const largest = there.reduce((most, value, i) => Math.max(most, Math.abs(value - here[i]!)), 0)
    differences.push({ name: given.name, kind: predicted.kind, largest })
    // Math.exp and Math.log of two versions of V8 may round differently; all else is the same to the last bit.
    expect(largest).toBeLessThan(1e-12)
  })

  it("refuses what Node refuses, in the same words", async () => {
    const { address, model } = await put(cases[0]!)
    const { site: _, ...others } = unseen[0]!
    const wrong = { marker: "much", stage: "IV", sight: "east" }
    const refusal = Effect.gen(function* () {
      const table = yield* Table.drop(yield* tableOf(unseen.slice(0, 1)), ["site"])
      const columns = new Map(table.columns)
      for (const [name, word] of Object.entries(wrong)) columns.set(name, Column.text([word]))
      return yield* Effect.flip(Learner.predict(model, Table.withColumns(table, columns)))
    })
    const here = await Effect.runPromise(refusal.pipe(Effect.provide(Auto.layer())))
    expect(await predictIn(open, address, [{ ...others, ...wrong }])).toBe(here.message)
    for (const said of ['feature "site" of training is not there', '"much" in row 0', 'feature "stage" holds "IV"']) {
      expect(here.message).toContain(said)
    }
  })

  it("says what a page must allow where networks may not be compiled; trees predict there, too", async () => {
    const strict = await site.open("/strict")
    const network = await put(cases[0]!)
    expect(await predictIn(strict, network.address, unseen)).toMatch(
      /engine "fused-\w+": the kernels may not be compiled here .*'wasm-unsafe-eval' in script-src/
    )
    const forest = await put(cases.find(({ name }) => name === "Forest.classif, binary")!)
    expect(await predictIn(strict, forest.address, unseen)).toMatchObject({ kind: "binary" })
  })

  it("predicts in a worker, beside the page", async () => {
    const { address, prediction } = await put(cases[0]!)
    const script = `import { loadModel } from "/rocflow.js"
      onmessage = async ({ data }) => postMessage((await (await loadModel("${address}")).predict(data)).response)`
    files.set("/worker.js", { type: "text/javascript", body: script })
    // As text: the compiler, which knows Node, knows no workers of pages.
    const response = await open.evaluate(`new Promise((resolve) => {
      const worker = new Worker("/worker.js", { type: "module" })
      worker.addEventListener("message", ({ data }) => resolve(data))
      worker.postMessage(${JSON.stringify(unseen)})
    })`)
    expect(response).toEqual(classesHere(prediction))
  })

  it("says what cannot be fetched", async () => {
    expect(await predictIn(open, "/none.json", unseen)).toBe(
      "/none.json: cannot be fetched (status 404); check the address, and that the page may connect to it"
    )
  })
})
