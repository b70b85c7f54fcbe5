import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { changed, data, folder, remove, rocflow, start } from "./support/cli.ts"

const csv = data()

const entry = (url: string, more: object = {}) => ({
  name: "patients",
  title: "Patients of two sites",
  remark: "They are made up.",
  rows: 48,
  columns: 5,
  licence: "CC0 1.0",
  citation: "nobody",
  files: { "patients.csv": { url, ...more } },
  convert: { type: "table", parts: [{ file: "patients.csv" }] },
  task: { target: "y", positive: "ill", stratum: ["site", "y"] }
})

let home: string
let server: Server
let origin: string
let asked: Array<string> = []
let answer: (request: IncomingMessage, response: ServerResponse) => void

/** Sends the file, or the rest of it. */
const whole = (request: IncomingMessage, response: ServerResponse) => {
  const from = Number(/\d+/.exec(request.headers.range ?? "")?.[0] ?? 0)
  response.writeHead(from > 0 ? 206 : 200, {
    etag: '"1"',
    ...(from > 0
      ? { "content-range": `bytes ${from}-${csv.length - 1}/${csv.length}` }
      : { "content-length": csv.length })
  })
  response.end(csv.slice(from))
}

/** Runs the command on the catalogue of this server, with a cache of its own. */
const run = (cache: string, ...args: ReadonlyArray<string>) =>
  rocflow(["data", ...args, "--catalogue", "ours.json"], home, { ROCFLOW_CACHE: join(home, cache) })

beforeAll(async () => {
  home = folder({})
  server = createServer((request, response) => {
    asked.push(request.headers.range ?? "all")
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sha256 = createHash("sha256").update(csv).digest("hex")
  writeFileSync(
    join(home, "ours.json"),
    JSON.stringify({
      http: true,
      datasets: [
        entry(`${origin}/patients.csv`, { sha256, bytes: csv.length }),
        { ...entry(`${origin}/a.csv`), name: "unseen" }
      ]
    })
  )
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
  remove(home)
})

describe("rocflow data list and info", () => {
  it("show what there is, without asking any server", async () => {
    asked = []
    const [builtin, own, info, json] = await Promise.all([
      rocflow(["data", "list"], home),
      run("none", "list", "--json"),
      run("none", "info", "patients"),
      run("none", "info", "unseen", "--json")
    ])
    expect(builtin).toMatchObject({ code: 0, stderr: "" })
    expect(builtin.stdout).toMatch(/^sonar +208 +61 +binary +Sonar returns/m)
    expect(JSON.parse(own.stdout)).toHaveLength(2)
    expect(info.stdout).toMatch(
      /^patients: Patients of two sites\nThey are made up\.\n\n48 rows, 5 columns\nlicence: CC0 1\.0\n/
    )
    expect(info.stdout).toMatch(/^ {2}goes to .*none\/downloads\/[0-9a-f]{8}-patients\.csv$/m)
    expect(JSON.parse(json.stdout)).toMatchObject({
      name: "unseen",
      files: { "patients.csv": { url: `${origin}/a.csv`, path: expect.stringMatching(/-patients\.csv$/) } }
    })
    expect(asked).toEqual([])
    expect(existsSync(join(home, "none"))).toBe(false)
  })
})

describe("rocflow data get", () => {
  it("prints tasks that an experiment takes", async () => {
    answer = whole
    const got = await run("first", "get", "patients")
    expect(got).toMatchObject({ code: 0 })
    expect(got.stderr).toMatch(/^804 B of 804 B from http:.*patients\.csv\n$/)
    const { tasks } = parse(got.stdout) as { readonly tasks: ReadonlyArray<object> }
    expect(tasks).toEqual([
      {
        id: "patients",
        file: expect.stringMatching(/first\/data\/patients-[0-9a-f]{8}\/patients\.parquet$/),
        target: "y",
        positive: "ill",
        stratum: ["site", "y"]
      }
    ])
    expect(got.stdout).toMatch(/^ {4}stratum: \[site, y\]$/m)
    const text = changed(["Preprocess.standardise", "Preprocess.robust"]).replace(/^tasks:\n.*\n/m, got.stdout)
    writeFileSync(join(home, "e.yaml"), text)
    const inspected = await rocflow(["inspect", "e.yaml"], home)
    expect(inspected).toMatchObject({ code: 0 })
    expect(inspected.stdout).toMatch(/patients/)
  })

  it("copies files into a folder, and says what a catalogue without a hash has seen", async () => {
    answer = whole
    const got = await run("second", "get", "unseen", "--out", "here")
    expect(got.stdout).toMatch(/^# sha256 seen and kept, as the catalogue has none: [0-9a-f]{64} of http/m)
    expect(readdirSync(join(home, "here"))).toEqual(["unseen.parquet"])
    expect(parse(got.stdout)).toMatchObject({ tasks: [{ id: "unseen", file: "here/unseen.parquet" }] })
    const again = await run("second", "get", "unseen", "--out", "here", "--json")
    expect(JSON.parse(again.stdout)).toMatchObject({
      directory: expect.stringMatching(/here$/),
      sources: [{ known: false }],
      task: { id: "unseen" }
    })
  })

  it("goes on after it was killed, where it was", async () => {
    asked = []
    answer = (_, response) => {
      response.writeHead(200, { "content-length": csv.length, etag: '"1"' })
      response.write(csv.slice(0, 100))
    }
    const cache = join(home, "killed")
    const { child, ended } = start(["data", "get", "patients", "--catalogue", "ours.json"], home, {
      ROCFLOW_CACHE: cache
    })
    const part = () =>
      (existsSync(join(cache, "downloads")) ? readdirSync(join(cache, "downloads")) : []).find((name) =>
        name.endsWith(".part")
      )
    const came = () => {
      const name = part()
      return name !== undefined && readFileSync(join(cache, "downloads", name)).length >= 100
    }
    while (!came()) await new Promise((resolve) => setTimeout(resolve, 10))
    child.kill("SIGKILL")
    await ended
    answer = whole
    expect(await run("killed", "get", "patients")).toMatchObject({ code: 0 })
    expect(asked).toEqual(["all", "bytes=100-"])
    expect(readdirSync(join(cache, "downloads")).filter((name) => !/\.csv(\.json)?$/.test(name))).toEqual([])
  })

  it("is done once by two processes at once", async () => {
    asked = []
    answer = (request, response) => void setTimeout(() => whole(request, response), 300)
    const both = await Promise.all([run("both", "get", "patients"), run("both", "get", "patients")])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(both[0]!.stdout).toBe(both[1]!.stdout)
    expect(asked).toEqual(["all"])
  })

  it("says in a sentence what is wrong, and ends with 1", async () => {
    answer = (_, response) => response.end(csv.replaceAll("ill", "sad"))
    const [unknown, wrong, absent] = await Promise.all([
      run("wrong", "get", "patient"),
      run("wrong", "get", "patients"),
      rocflow(["data", "list", "--catalogue", "absent.json"], home)
    ])
    expect(unknown).toMatchObject({
      code: 1,
      stdout: "",
      stderr: '"patient" is no data set of the catalogue ours.json. Did you mean "patients"?\n'
    })
    expect(wrong).toMatchObject({ code: 1, stdout: "" })
    expect(wrong.stderr).toMatch(
      /has the SHA-256 [0-9a-f]{64}, but the catalogue says [0-9a-f]{64}\. The file is not kept\./
    )
    expect(absent).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^absent\.json cannot be read\. Name a catalogue/)
    })
  })
})
