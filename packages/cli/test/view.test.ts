/** `rocflow view` as people have it: a process, an address, and the Chromium of this machine. */
import type { ChildProcess } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { get, request } from "node:http"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import axe from "axe-core"
import { type Browser, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { executable } from "../../browser/test/support/chromium.ts"
import { linesIn } from "../../resampling/test/support/records.ts"
import * as Access from "../src/view/Access.ts"
import { changed, data, folder, remove, rocflow, start } from "./support/cli.ts"

// A network that computes for some seconds on each of eight folds, unless it is stopped.
const long = changed(["folds: 3", "folds: 8"], ["epochs: 2", "epochs: 6000"])

let home: string
/** The address of a page of the run `finished`. */
let shared: string
const viewers: Array<ChildProcess> = []

beforeAll(async () => {
  home = folder({
    "d.csv": data(),
    "e.yaml": changed(["epochs: 2", "epochs: 5"]),
    "other.yaml": changed(["epochs: 2", "epochs: 40"]),
    "long.yaml": long,
    "diverging.yaml": changed(["learningRate: 0.1", "learningRate: 1.0e+300"])
  })
  await Promise.all(
    [
      ["e.yaml", "finished"],
      ["other.yaml", "other"],
      ["diverging.yaml", "failed"]
    ].map(([file, out]) => rocflow(["run", file!, "--out", out!, "--workers", "1"], home))
  )
  shared = (await view(["finished"])).address
})
afterAll(() => {
  for (const viewer of viewers) viewer.kill("SIGKILL")
  remove(home)
})

/** Starts the command, and gives its address once it is printed. */
const view = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
  const started = start(["view", ...args, "--no-open"], home, env)
  viewers.push(started.child)
  const address = await new Promise<string>((resolve, reject) => {
    started.child.stdout!.once("data", (text: string) => resolve(text.trim()))
    started.child.once("exit", () => reject(new Error("rocflow view ended")))
  })
  return { ...started, address }
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

const ask = (address: string, options: Parameters<typeof request>[1] = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request(address, options, (response) => {
      let body = ""
      response.setEncoding("utf8").on("data", (text: string) => (body += text))
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }))
    })
      .on("error", reject)
      .end()
  })

describe("who may read", () => {
  it("is whoever has the whole address, by a name of this machine, and only reads", async () => {
    const address = shared
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/)
    const page = await ask(address)
    expect(page.status).toBe(200)
    expect(page.headers["content-security-policy"]).toMatch(
      /^default-src 'none'; script-src 'self';.* frame-ancestors 'none'$/
    )
    expect(page.headers).toMatchObject({ "referrer-policy": "no-referrer", "cache-control": "no-store" })
    const { origin } = new URL(address)
    for (const path of ["/", "/events", "/figures?measure=auc", `/${"A".repeat(32)}/`, `/${"A".repeat(32)}/events`]) {
      const { body, status } = await ask(origin + path)
      expect([path, status, body]).toEqual([path, 403, expect.stringContaining("This address is not whole")])
    }
    for (const host of [
      "attacker.example",
      `attacker.example:${new URL(address).port}`,
      "127.0.0.1.attacker.example"
    ]) {
      expect([host, (await ask(address, { headers: { host } })).status]).toEqual([host, 403])
    }
    // As it is asked through a tunnel.
    expect((await ask(address, { headers: { host: "localhost:9999" } })).status).toBe(200)
    expect((await ask(address, { method: "POST" })).status).toBe(405)
    expect((await ask(address, { path: "//" })).status).toBe(400)
    expect((await ask(`${address}report/7`)).status).toBe(404)
    expect((await ask(`${address}report/..%2f..%2fd.csv`)).status).toBe(404)
    const report = await ask(`${address}report/0`)
    expect(report.body).toContain("<title>")
    expect(report.headers["content-security-policy"]).toMatch(/^sandbox /)
  })

  const outward = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address

  it.skipIf(outward === undefined)("is nobody on the network", async () => {
    const { pathname, port } = new URL(shared)
    await expect(ask(`http://${outward}:${port}${pathname}`)).rejects.toThrow(/ECONNREFUSED/)
  })

  it("is the program that opens the browser, once", () => {
    const ticket = Access.ticket()
    expect([ticket.take("A".repeat(32)), ticket.take(ticket.text), ticket.take(ticket.text)]).toEqual([
      false,
      true,
      false
    ])
  })
})

describe("rocflow view", () => {
  it("prints over SSH how it is reached, and ends in order", async () => {
    const { address, child, ended } = await view(["finished"], { SSH_CONNECTION: "10.0.0.1 50000 10.0.0.2 22" })
    const { port } = new URL(address)
    const stream = new Promise<string>((resolve) => {
      get(`${address}events`, (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (more: string) => {
          text += more
          if (text.includes('"head-0"') && !child.killed) child.kill("SIGINT")
        })
        response.on("close", () => resolve(text))
      })
    })
    expect(await stream).toMatch(/event: bye\n/)
    expect((await ended).stderr).toContain(`ssh -L ${port}:127.0.0.1:${port} `)
    await expect(ask(address)).rejects.toThrow(/ECONNREFUSED/)
  })

  it("refuses what is no run and will be none, and a port that is taken", async () => {
    const refused = async (...args: ReadonlyArray<string>) => {
      const { code, stderr } = await rocflow(["view", ...args, "--no-open"], home)
      return [code, stderr.split("\n")[0]]
    }
    expect(await refused("nowhere")).toEqual([1, expect.stringMatching(/nowhere.*does not exist; name the directory/)])
    expect(await refused(".")).toEqual([1, expect.stringContaining("holds other things and no run")])
    expect(await refused("d.csv")).toEqual([1, expect.stringMatching(/d\.csv/)])
    const { port } = new URL(shared)
    expect(await refused("finished", "--port", port)).toEqual([
      1,
      expect.stringMatching(`port ${port}: cannot be used`)
    ])
  })
})

describe.skipIf(executable === undefined)("the page", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] })
  })
  afterAll(() => browser.close())

  /** Opens a page; its complaints must be none in the end. */
  const on = async (address: string, use: (page: Page) => Promise<unknown>) => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const complaints: Array<string> = []
    page.on("pageerror", (error) => complaints.push(String(error)))
    page.on("request", (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith("data:")) complaints.push(request.url())
    })
    page.on("console", (message) => {
      // A connection that is refused is what a test of a server that ended is about.
      if (!message.text().includes("ERR_")) complaints.push(message.text())
    })
    await page.goto(address)
    await use(page)
    expect(complaints).toEqual([])
    await page.close()
  }

  const phase = (page: Page, run = 0) => page.locator(`#head-${run} [data-phase]`).getAttribute("data-phase")
  const sentence = (page: Page) => page.locator("#head-0 .sentence").textContent()
  const count = async (page: Page, state: string): Promise<number> => {
    const value = page.locator(`#head-0 [data-state="${state}"]`)
    return (await value.count()) === 0 ? 0 : Number(await value.getAttribute("value"))
  }
  const rowsOf = (page: Page, table: string) =>
    page.evaluate<ReadonlyArray<ReadonlyArray<string>>>(
      `Array.from(document.querySelectorAll("${table} tbody tr"), (row) => Array.from(row.cells, (cell) => cell.textContent.trim()))`
    )

  /** The table that `rocflow scores` prints, a list a row, of learner, splits and measures. */
  const scoresOf = async (directory: string) => {
    const { stdout } = await rocflow(["scores", directory, "--average", "splits"], home)
    return stdout
      .trim()
      .split("\n")
      .slice(4)
      .map((line) => {
        const [, learner, , , ...rest] = line.trim().split(/ {2,}/)
        return [learner, ...rest]
      })
  }

  /** An empty directory. */
  const emptied = (name: string): string => {
    mkdirSync(join(home, name))
    return name
  }

  const patience = { timeout: 60_000 }

  it("waits for a run, follows it to its end, and shows the numbers of rocflow scores", async () => {
    const { address } = await view([emptied("new")])
    await on(address, async (page) => {
      await expect.poll(() => phase(page), patience).toBe("waiting")
      // Some seconds a job, so that there is something to see.
      writeFileSync(join(home, "large.csv"), data(6000))
      writeFileSync(
        join(home, "followed.yaml"),
        changed(["d.csv", "large.csv"], ["folds: 3", "folds: 2"], ["epochs: 2", "epochs: 1000, batchSize: 16"])
      )
      const run = start(["run", "followed.yaml", "--out", "new"], home)
      await expect.poll(() => phase(page), patience).toBe("running")
      await expect
        .poll(() => page.locator("#head-0 .now li").allTextContents(), patience)
        .toContainEqual(expect.stringMatching(/bce, fold \d, epoch [1-9]\d* of 1000/))
      await expect.poll(() => page.locator("#curves svg").count(), patience).toBeGreaterThan(0)
      await expect.poll(() => phase(page), patience).toBe("finished")
      expect((await run.ended).code).toBe(0)
      await expect.poll(() => page.locator("#head-0 a").count(), patience).toBe(1)
      expect(await count(page, "finished")).toBe(4)
      expect(await page.title()).toMatch(/^100 % · /)
      expect(await rowsOf(page, "#scores-table")).toEqual(await scoresOf("new"))
      expect(await page.locator("#log-list-0 li").count()).toBe(4)
    })
  })

  it("tells a run that was stopped from one whose processes were killed, and since when nobody works on it", async () => {
    const { address } = await view([emptied("ended")])
    await on(address, async (page) => {
      const begin = () => start(["run", "long.yaml", "--out", "ended"], home)
      const stopped = begin()
      await expect.poll(() => phase(page), patience).toBe("running")
      stopped.child.kill("SIGINT")
      await expect.poll(() => phase(page), patience).toBe("stopped")
      await stopped.ended

      const killed = begin()
      await expect.poll(() => phase(page), patience).toBe("running")
      await expect.poll(() => count(page, "finished"), patience).toBeGreaterThan(0)
      killed.child.kill("SIGKILL")
      await expect.poll(() => phase(page), patience).toBe("lost")
      expect(await sentence(page)).toMatch(/^Nobody works on it since \d.*goes on from here/s)
      const finished = await count(page, "finished")
      expect(finished).toBe(linesIn(join(home, "ended")).length)
      expect(finished + (await count(page, "open"))).toBe(16)
    })
  })

  it("says by which error a run was ended", async () => {
    const { address } = await view([emptied("broken")])
    await on(address, async (page) => {
      const { ended } = start(["run", "long.yaml", "--out", "broken"], home)
      await expect.poll(() => count(page, "finished"), patience).toBeGreaterThan(0)
      // Where the next predictions belong stands a file.
      rmSync(join(home, "broken", "predictions"), { recursive: true })
      writeFileSync(join(home, "broken", "predictions"), "")
      const [cause] = (await ended).stderr.trim().split("\n").slice(-1)
      await expect.poll(() => phase(page), patience).toBe("failed")
      expect(await sentence(page)).toBe(
        `It was ended by an error: ${cause}. The command that began it goes on from here: finished jobs are kept.`
      )
      const { stdout } = await rocflow(["status", "broken"], home)
      expect(stdout.trim().split("\n").at(-1)).toBe(`ended by an error: ${cause}`)
    })
  })

  it("shows why jobs failed, and how to learn more", async () => {
    const { address } = await view(["failed"])
    await on(address, async (page) => {
      await expect.poll(() => phase(page), patience).toBe("failed")
      expect([await count(page, "finished"), await count(page, "failed")]).toEqual([3, 3])
      const [failure] = await page.locator("#failures-0 li").allInnerTexts()
      expect(failure).toMatch(/^bce, 3 jobs: training diverged in epoch \d+/)
      const [, job] = /rocflow logs \S*failed ([0-9a-f]{8})/.exec(failure!)!
      expect((await rocflow(["logs", "failed", job!], home)).stdout).toContain("training diverged")
    })
  })

  it("takes scores and their figures from one moment", async () => {
    const { body } = await ask(`${shared}figures?measure=auc`)
    const { figures, scores } = JSON.parse(body) as Readonly<Record<"figures" | "scores", string>>
    const drawn = [...figures.matchAll(/<td class="value">([^<]+)</g)].map(([, text]) => text)
    expect(drawn.length).toBe(2)
    for (const text of drawn) expect(scores).toContain(`>${text}<`)
  })

  it("draws the figures of the measure that is chosen, and keeps what is open", async () => {
    await on(shared, async (page) => {
      await expect.poll(() => page.locator("#figures h3").allTextContents(), patience).toEqual(["AUC by learner"])
      await page.selectOption("#measure", "error")
      await expect
        .poll(() => page.locator("#figures h3").allTextContents(), patience)
        .toEqual(["Error rate by learner"])
      await page.click("#counts-0 summary")
      expect(await rowsOf(page, "#counts-0")).toEqual([
        ["d", "Featureless", "3", "3"],
        ["d", "bce", "3", "3"]
      ])
      // Another start leaves nothing to do, and writes the report anew: the head changes.
      const before = await page.locator("#head-0 time").first().getAttribute("datetime")
      await rocflow(["report", "finished"], home)
      await expect.poll(() => page.locator("#head-0 time").first().getAttribute("datetime"), patience).not.toBe(before)
      expect(await page.locator("#counts-0[open]").count()).toBe(1)
      expect(await page.evaluate("document.activeElement.parentElement.id")).toBe("counts-0")
    })
  })

  it("shows two runs side by side, with differences paired by split", async () => {
    const { address } = await view(["finished", "other"])
    await on(address, async (page) => {
      await expect.poll(() => phase(page, 1), patience).toBe("finished")
      const scores = async (directory: string) =>
        (
          JSON.parse((await rocflow(["scores", directory, "--json"], home)).stdout) as ReadonlyArray<{
            readonly learner: string
            readonly scores: { readonly auc: number }
          }>
        ).filter(({ learner }) => learner === "bce")
      const [a, b] = [await scores("finished"), await scores("other")]
      const mean = b.reduce((sum, { scores }, i) => sum + scores.auc - a[i]!.scores.auc, 0) / 3
      const [, row] = await rowsOf(page, "#scores-table-auc")
      const [learner, , , difference, over] = row!
      expect([learner, over]).toEqual(["bce", "3 splits"])
      const decimals = /\.(\d+)/.exec(difference!)![1]!.length
      expect(difference).toMatch(/^[+−]/)
      expect(Number(difference!.split(" ")[0]!.replace("−", "-"))).toBeCloseTo(mean, decimals - 1)
      await expect
        .poll(() => page.locator("#figures tbody th").allTextContents(), patience)
        .toEqual(expect.arrayContaining(["A: bce", "B: bce"]))
    })
  })

  it("says when the directory is gone, and when the server is", async () => {
    await rocflow(["run", "e.yaml", "--out", "doomed", "--workers", "1"], home)
    const { address, child } = await view(["doomed"])
    await on(address, async (page) => {
      await expect.poll(() => phase(page), patience).toBe("finished")
      rmSync(join(home, "doomed"), { recursive: true })
      await expect.poll(() => phase(page), patience).toBe("gone")
      expect(await count(page, "finished")).toBe(6)
      child.kill("SIGKILL")
      await expect
        .poll(() => page.locator("#connection").textContent(), patience)
        .toMatch(/^The server does not answer/)
      expect(await page.locator("#connection.away").count()).toBe(1)
    })
  })

  it("fits wide and narrow windows, light and dark, without a complaint of axe", async () => {
    const { address } = await view(["failed", "other"])
    await on(address, async (page) => {
      await expect.poll(() => page.locator("#curves svg").count(), patience).toBeGreaterThan(0)
      for (const summary of await page.locator("summary").all()) await summary.click()
      await page.evaluate(axe.source)
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 })
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme })
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width)
          const hidden = await page.evaluate(
            `Array.from(document.querySelectorAll(".scroll, .card, figure")).filter((each) => each.scrollWidth > each.clientWidth).map(({ id }) => id)`
          )
          expect(hidden).toEqual([])
          const ground = await page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor")
          expect(ground).toBe(colorScheme === "dark" ? "rgb(20, 24, 29)" : "rgb(255, 255, 255)")
          const { violations } = await page.evaluate<axe.AxeResults>(
            `axe.run(document, { runOnly: ${JSON.stringify(tags)} })`
          )
          expect(violations.map(({ help, nodes }) => `${width} ${colorScheme}: ${help}: ${nodes[0]?.html}`)).toEqual([])
        }
      }
    })
  })
})
