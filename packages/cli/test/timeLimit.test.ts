import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { data, experiment, folder, remove, rocflow } from "./support/cli.ts"

let home: string
beforeAll(() => {
  home = folder({ "d.csv": data(), "plain.yaml": experiment })
})
afterAll(() => remove(home))

describe("rocflow run --time-limit", () => {
  it("ends jobs that take longer also with one worker", async () => {
    const { code, stderr } = await rocflow(
      ["run", "plain.yaml", "--out", "late", "--workers", "1", "--time-limit", "0.0001"],
      home
    )
    expect(code).toBe(2)
    expect(stderr).toContain("took longer than the limit of 0.0001 s")
    expect(existsSync(join(home, "late", "report.html"))).toBe(true)
    expect(JSON.parse(readFileSync(join(home, "late", "design.json"), "utf8"))).toMatchObject({
      provenance: { executor: "1 processes" }
    })
  }, 60_000)
})
