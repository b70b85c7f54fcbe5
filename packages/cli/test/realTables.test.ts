/**
 * Tables as they are found: with names, tickets, an index, blanks, decimal commas. The experiment of the README, with
 * nothing changed but what is to be predicted, does as well on them as on the clean table, and says at most five things.
 */
import { readFileSync } from "node:fs"
import * as Seed from "@rocflow/core/Seed"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { folder, remove, rocflow } from "./support/cli.ts"

interface Passenger {
  readonly survived: string
  readonly cells: ReadonlyArray<string>
  readonly clean: ReadonlyArray<string>
}

const random = Seed.generator(Seed.root(3))
const among = (values: ReadonlyArray<string>) => values[random.below(values.length)]!

const passengers = Array.from({ length: 600 }, (_, i): Passenger => {
  const sex = among(["male", "female"])
  const age = 35 + 12 * random.normal()
  const pclass = 1 + random.below(3)
  const fare = Math.exp(3 - 0.5 * pclass + 0.6 * random.normal())
  const score = 1.6 * Number(sex === "female") - 0.8 * (pclass - 2) - 0.02 * (age - 35) + 0.01 * fare + random.normal()
  const clean = [String(pclass), sex, random.below(7) === 0 ? "" : age.toFixed(1), fare.toFixed(2)]
  const name = `"${among(["Abel", "Brandt", "Cole", "Dorn"])}, ${among(["Anna", "Ben", "Clara"])} ${i}"`
  const cabin = random.below(4) === 0 ? `C${random.below(200)}` : ""
  return {
    survived: score > 1 ? "yes" : "no",
    clean,
    cells: [
      String(i + 1),
      String(pclass),
      name,
      sex,
      clean[2]!,
      `PC ${10_000 + random.below(80_000)}`,
      clean[3]!,
      cabin
    ]
  }
})

const customers = Array.from({ length: 900 }, () => {
  const tenure = random.below(72)
  const contract = among(["Month-to-month", "One year", "Two year"])
  const monthly = 20 + 100 * random.float()
  const score = 1.5 * Number(contract === "Month-to-month") - tenure / 30 + monthly / 60 + random.normal()
  const id = `${1000 + random.below(9000)}-${Array.from({ length: 5 }, () => among([..."ABCDEFGHIJ"])).join("")}`
  const total = tenure === 0 ? "" : (monthly * tenure).toFixed(2)
  return { id, total, cells: [String(tenure), contract, monthly.toFixed(2)], churn: score > 1 ? "Yes" : "No" }
})

const csv = (header: string, rows: ReadonlyArray<ReadonlyArray<string>>, delimiter = ",") =>
  `${header.replaceAll(",", delimiter)}\n${rows.map((row) => row.join(delimiter)).join("\n")}\n`

const comma = (cells: ReadonlyArray<string>) => cells.map((cell) => cell.replace(/^(-?\d+)\.(\d+)$/, "$1,$2"))

const files = {
  "titanic-clean.csv": csv(
    "Pclass,Sex,Age,Fare,Survived",
    passengers.map(({ clean, survived }) => [...clean, survived])
  ),
  "titanic.csv": csv(
    "PassengerId,Pclass,Name,Sex,Age,Ticket,Fare,Cabin,Survived",
    passengers.map(({ cells, survived }) => [...cells, survived])
  ),
  "european.csv": csv(
    ",Pclass,Sex,Age,Fare,Survived",
    passengers.map(({ clean, survived }, i) => [String(i), ...comma(clean), survived]),
    ";"
  ),
  "telco-clean.csv": csv(
    "tenure,Contract,MonthlyCharges,TotalCharges,Churn",
    customers.map(({ cells, churn, total }) => [...cells, total, churn])
  ),
  "telco.csv": csv(
    "customerID,tenure,Contract,MonthlyCharges,TotalCharges,Churn",
    customers.map(({ cells, churn, id, total }) => [id, ...cells, total === "" ? " " : total, churn])
  )
}

/** The experiment of the README on another table. */
const experimentOf = (file: string, target: string, positive: string): string => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8")
  const [, yaml = ""] = /```yaml check\n([^]*?)```/.exec(readme) ?? []
  const learners = yaml.slice(yaml.indexOf("learners:"), yaml.indexOf("resamplings:"))
  return `seed: 1
tasks:
  - { file: ${file}, target: ${target}, positive: ${positive}, stratum: ${target} }
${learners}resamplings:
  - { type: cv, folds: 10 }
measures: [auc]
`
}

const names = ["titanic-clean", "titanic", "european", "telco-clean", "telco"] as const
const found = new Map<string, { readonly auc: number; readonly notes: ReadonlyArray<string> }>()
let home: string

beforeAll(async () => {
  home = folder({
    ...files,
    ...Object.fromEntries(
      names.map((name) => {
        const [target, positive] = name.startsWith("telco") ? ["Churn", "Yes"] : ["Survived", "yes"]
        return [`${name}.yaml`, experimentOf(`${name}.csv`, target!, positive!)]
      })
    )
  })
  for (const name of names) {
    const { code, stderr, stdout } = await rocflow(["run", `${name}.yaml`, "--out", name, "--workers", "1"], home)
    expect({ code, stderr: stderr.slice(0, 2000) }).toMatchObject({ code: 0 })
    const auc = Number(/^linear AUM +([\d.]+) ±/m.exec(stdout)?.[1])
    found.set(name, { auc, notes: stderr.split("\n").filter((line) => line.startsWith("note: ")) })
  }
}, 120_000)
afterAll(() => remove(home))

describe("the experiment of the README", () => {
  it.each([
    ["titanic", "titanic-clean"],
    ["european", "titanic-clean"],
    ["telco", "telco-clean"]
  ])("does as well on %s as on %s, within 0.01 AUC, and says at most five things", (messy, clean) => {
    const [one, other] = [found.get(messy)!, found.get(clean)!]
    expect(Math.abs(one.auc - other.auc)).toBeLessThanOrEqual(0.01)
    expect(other.auc).toBeGreaterThan(0.75)
    expect(one.notes.length).toBeGreaterThan(0)
    expect(one.notes.length).toBeLessThanOrEqual(5)
    expect(other.notes).toEqual([])
  })

  it("says of each column what to do", () => {
    expect(found.get("titanic")!.notes.map((note) => /column "(\w+)"/.exec(note)?.[1])).toEqual([
      "PassengerId",
      "Name",
      "Ticket",
      "Cabin"
    ])
    expect(found.get("european")!.notes.join("\n")).toMatch(/";"[^]*decimal mark[^]*column "index"/)
    expect(found.get("telco")!.notes.join("\n")).toMatch(
      /^note: task "telco", column "customerID": has a value of its own in most rows/
    )
  })
})
