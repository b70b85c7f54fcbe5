/**
 * Builds the site of the documentation, `site/dist` unless another folder is named: files that need no server and no network.
 *
 *     node scripts/buildSite.ts [FOLDER]
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { rolldown } from "rolldown"
import { broken } from "../site/src/links.ts"
import { site } from "../site/src/site.ts"

const root = join(import.meta.dirname, "..")

/** A script of the pages, as one that needs no modules: pages opened as files may not load those. */
const script = async (entry: string): Promise<string> => {
  const build = await rolldown({ cwd: root, input: join(root, "site/client", entry), platform: "browser" })
  try {
    const { output } = await build.generate({ format: "iife", minify: true })
    return output[0].code
  } finally {
    await build.close()
  }
}

/** The declarations, of which the reference is made. */
const compile = (): void => {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")
  const { status } = spawnSync(process.execPath, [compiler, "-b"], { cwd: root, stdio: "inherit" })
  if (status !== 0)
    throw new Error("the packages do not compile, and the reference is made of what the compiler writes")
}

/** The files of the site by their paths. Throws where a link leads nowhere. */
export const build = async (): Promise<ReadonlyMap<string, string | Uint8Array>> => {
  compile()
  const [siteScript, theme] = await Promise.all([script("site.ts"), script("theme.ts")])
  const files = site(root, { site: siteScript, theme })
  const problems = broken(files)
  if (problems.length > 0) throw new Error(`links that lead nowhere:\n${problems.join("\n")}`)
  return files
}

export const write = (files: ReadonlyMap<string, string | Uint8Array>, folder: string): void => {
  rmSync(folder, { recursive: true, force: true })
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

if (import.meta.main) {
  const [folder = "site/dist"] = process.argv.slice(2)
  const files = await build()
  write(files, join(root, folder))
  const bytes = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0)
  process.stdout.write(`${folder}: ${files.size} files, ${(bytes / 1e6).toFixed(1)} MB; open ${folder}/index.html\n`)
}
