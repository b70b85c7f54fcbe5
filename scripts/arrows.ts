/**
 * Checks who imports whom.
 *
 * - packages: losses, learners → core; resampling → core, losses; browser → core, losses, learners; onnx → core, learners; report → core, losses, resampling; explorer → losses, report; cli → all but browser and explorer; examples → all; never the other way
 * - folders of core: internal ← data ← splitting ← pipeline ← network ← engine ← learning ← testing, and datasets → data, pipeline; of engine, others see Engine.ts and tfjs/Tfjs.ts only
 * - a folder's internal/ is private to it
 * - no circles inside a package, neither of values nor of types
 */
import { globSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"

const packages: Readonly<Record<string, ReadonlyArray<string>>> = {
  core: [],
  losses: ["core"],
  resampling: ["core", "losses"],
  learners: ["core"],
  browser: ["core", "losses", "learners"],
  onnx: ["core", "learners"],
  report: ["core", "losses", "resampling"],
  explorer: ["losses", "report"],
  cli: ["core", "losses", "learners", "onnx", "resampling", "report"]
}

/** What each folder of core may import, besides itself and the files beside the folders that import only internal. */
const coreFolders: Readonly<Record<string, ReadonlyArray<string>>> = {
  internal: [],
  data: ["internal"],
  splitting: ["internal", "data"],
  pipeline: ["internal", "data", "splitting"],
  network: ["internal", "data", "splitting", "pipeline"],
  datasets: ["internal", "data", "pipeline"],
  engine: ["internal", "data", "splitting", "pipeline", "network"],
  learning: ["internal", "data", "splitting", "pipeline", "network", "engine"],
  testing: ["internal", "data", "splitting", "pipeline", "network", "engine", "learning"]
}

/** Files of core's root that stand above or below all folders. */
const rootFiles: Readonly<Record<string, "below" | "above">> = {
  "Seed.ts": "below",
  "Hash.ts": "below",
  "Normal.ts": "below",
  "Moments.ts": "below",
  "Json.ts": "below",
  "OptionSchema.ts": "below",
  "Excerpt.ts": "below",
  "FileProblem.ts": "below",
  "Duration.ts": "below",
  "Version.ts": "below",
  "WholeFile.ts": "below",
  "CacheFolder.ts": "below",
  "Definitions.ts": "above",
  "index.ts": "above",
  "testing.ts": "above"
}

const importsOf = (file: string): ReadonlyArray<string> =>
  Array.from(
    readFileSync(file, "utf8").matchAll(
      /^(?:import|export)\s[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|import\("([^"]+)"\)/gm
    ),
    (match) => match[1] ?? match[2] ?? match[3] ?? ""
  )

const problems: Array<string> = []

const checkPackage = (file: string, own: string, target: string) => {
  const other = /^@rocflow\/([a-z]+)(\/.*)?$/.exec(target)
  if (other === null) return
  const [, name = "", path = ""] = other
  if (!packages[own]?.includes(name)) problems.push(`${file}: packages/${own} may not import @rocflow/${name}`)
  if (path.includes("/internal/")) problems.push(`${file}: ${target} is private to packages/${name}`)
}

const checkRelative = (file: string, own: string, target: string) => {
  const root = join("packages", own, "src")
  const path = join(dirname(file), target)
  if (relative(root, path).startsWith("..")) {
    problems.push(`${file}: ${target} leaves the package; import it by its name`)
    return
  }
  const inner = path.lastIndexOf("/internal/")
  if (inner >= 0 && !file.startsWith(path.slice(0, inner + 1)))
    problems.push(`${file}: ${target} is private to ${path.slice(0, inner)}`)
  if (own === "core") checkFolders(file, relative(root, file), relative(root, path))
}

const checkFolders = (file: string, from: string, to: string) => {
  const [source = "", ...inSource] = from.split("/")
  const [target = "", ...inTarget] = to.split("/")
  if (inSource.length === 0 && rootFiles[source] === "above") return
  const place = inTarget.length === 0 ? rootFiles[target] : undefined
  if (place === "below") return
  if (place === "above" || (inSource.length > 0 && target !== source && !coreFolders[source]?.includes(target))) {
    problems.push(`${file}: core/${inSource.length > 0 ? source : from} may not import core/${to}`)
  }
  if (inSource.length === 0 && rootFiles[source] === "below" && target !== "internal")
    problems.push(`${file}: ${source} stands below all folders`)
  // Laws of layers compute on plain JavaScript.
  const reaches = source !== "engine" && source !== "testing" && inSource.length > 0
  if (target === "engine" && reaches && to !== "engine/Engine.ts") {
    problems.push(`${file}: reach the engine through Engine.ts`)
  }
}

const files = globSync("packages/*/src/**/*.ts")
for (const file of files) {
  const own = file.split("/")[1] ?? ""
  for (const target of importsOf(file)) {
    if (target.startsWith(".")) checkRelative(file, own, target)
    else checkPackage(file, own, target)
  }
}

/** The files of the same package that a file imports, types included. */
const neighbours = new Map(
  files.map((file) => [
    file,
    importsOf(file)
      .filter((target) => target.startsWith("."))
      .map((target) => join(dirname(file), target))
  ])
)

/** Finds circles by a walk in depth: a file that is met again while it is still being walked closes one. */
const checkCircles = () => {
  const state = new Map<string, "open" | "done">()
  const path: Array<string> = []
  const walk = (file: string) => {
    state.set(file, "open")
    path.push(file)
    for (const next of neighbours.get(file) ?? []) {
      if (state.get(next) === "open") {
        problems.push(`a circle of imports: ${[...path.slice(path.indexOf(next)), next].join(" → ")}`)
      } else if (!state.has(next)) walk(next)
    }
    path.pop()
    state.set(file, "done")
  }
  for (const file of files) if (!state.has(file)) walk(file)
}
checkCircles()

process.stdout.write([...problems, `${files.length} files, ${problems.length} forbidden imports`].join("\n") + "\n")
process.exitCode = problems.length > 0 ? 1 : 0
