/**
 * Makes a workspace publishable, and puts it back: npm calls this before and after `npm pack` and `npm publish`.
 *
 * Inside the repository the sources run as they are, so the `exports` of each package name them. What is published is
 * JavaScript with declarations and source maps: `make` builds it anew and writes the package.json that says so; `undo`
 * brings back the one of the repository.
 *
 * `node ../../scripts/publishable.ts make|undo`, in the folder of the package.
 */
import { spawnSync } from "node:child_process"
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const kept = "package.json.kept"

interface Manifest {
  readonly exports: Readonly<Record<string, string | null>>
  readonly [key: string]: unknown
}

/** The built files of a source file; `null` closes a path. */
const built = (source: string | null) => {
  if (source === null) return null
  const path = source.replace("./src/", "./dist/").replace(/\.ts$/, "")
  return { types: `${path}.d.ts`, default: `${path}.js` }
}

/** The package.json that is published: the built files, and nothing that only the repository needs. */
const published = ({ devDependencies: _, exports, scripts: __, ...rest }: Manifest) => ({
  ...rest,
  files: ["dist", "bin", "*.schema.json", "!**/*.tsbuildinfo"],
  exports: Object.fromEntries(Object.entries(exports).map(([path, source]) => [path, built(source)]))
})

/** Builds the package in an empty folder: a file whose source is gone must not stay. */
const build = (): void => {
  rmSync("dist", { recursive: true, force: true })
  rmSync("tsconfig.tsbuildinfo", { force: true })
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")
  const { status } = spawnSync(process.execPath, [compiler, "-b"], { stdio: "inherit" })
  if (status !== 0) throw new Error("the package does not compile; nothing was packed")
}

const make = (): void => {
  if (existsSync(kept)) undo()
  build()
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest
  renameSync("package.json", kept)
  writeFileSync("package.json", `${JSON.stringify(published(manifest), null, 2)}\n`)
  copyFileSync(join(root, "LICENSE"), "LICENSE")
}

const undo = (): void => {
  renameSync(kept, "package.json")
  rmSync("LICENSE")
}

const [command] = process.argv.slice(2)
if (command === "make") make()
else if (command === "undo") undo()
else throw new Error(`publishable.ts takes make or undo, not ${command}`)
