import { Auto, Column, Learner, Table } from "@rocflow/core"
import * as Effect from "effect/Effect"
import { beforeAll, describe, expect, it } from "vitest"
import { executable, serve } from "../../../packages/browser/test/support/chromium.ts"
import { bundle } from "../../../scripts/buildBrowser.ts"
import { foreignCode } from "../../support/readme.ts"
import { model, site } from "../serve.ts"

const folder = new URL("../", import.meta.url)

it("has the code that the README shows", () => {
  expect(foreignCode(folder, "serve.ts")).toEqual([])
})

describe.skipIf(executable === undefined)("the page in Chromium", () => {
  let trained: Effect.Success<typeof model>
  let files: Awaited<ReturnType<typeof site>>
  beforeAll(async () => {
    trained = await Effect.runPromise(model.pipe(Effect.provide(Auto.layer())))
    files = site(trained, await bundle())
  })

  /** What Node predicts of a patient, as the page shows it. */
  const expected = async (age: number, referral: string) => {
    const rest = trained.task.features.filter(({ name }) => name !== "age" && name !== "referral")
    const table: Table.Table = await Effect.runPromise(
      Table.fromEntries([
        ["age", Column.numeric([age])],
        ["referral", Column.text([referral])],
        ...rest.map(({ name }) => [name, Column.numeric([null])] as const)
      ])
    )
    const prediction = Learner.predict(trained, table)
    const { prob } = await Effect.runPromise(prediction.pipe(Effect.provide(Auto.layer())))
    return trained.task.levels.map((level, k) => `${level}: ${(100 * prob![k]!).toFixed(1)} %`).join("\n")
  }

  it("shows what Node predicts, breaks no policy, and can be used by labels alone", async () => {
    const { close, open } = await serve(files)
    try {
      const page = await open("/")
      const complaints: Array<string> = []
      page.on("console", (message) => complaints.push(message.text()))
      page.on("pageerror", (error) => complaints.push(error.message))
      await page.getByLabel("age").fill("61")
      await page.getByLabel("referral").selectOption("self")
      await page.getByRole("button", { name: "Predict" }).click()
      const shown = page.getByRole("status")
      await shown.getByText("%").waitFor()
      expect(await shown.textContent()).toBe(await expected(61, "self"))
      expect(await page.getByLabel(/./).count()).toBe(trained.task.features.length)
      expect(complaints).toEqual([])
    } finally {
      await close()
    }
  })

  it("says that there is no model where there is none", async () => {
    const { close, open } = await serve(new Map([...files].filter(([path]) => path !== "/model.json")))
    try {
      const shown = (await open("/")).getByRole("status")
      await shown.getByText("status 404").waitFor()
      expect(await shown.textContent()).toContain("model.json: cannot be fetched")
    } finally {
      await close()
    }
  })
})
