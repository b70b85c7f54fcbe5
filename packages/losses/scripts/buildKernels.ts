/**
 * Compiles src/kernels/assembly/*.ts to WebAssembly and writes the bytes as modules, so that no file is looked up at run
 * time. With --check it writes nothing, and fails if a module is not what its source compiles to.
 *
 *     node packages/losses/scripts/buildKernels.ts [--check]
 */
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as asc from "assemblyscript/asc"

const folder = join(import.meta.dirname, "../src/kernels")
const options = ["--enable", "simd", "--runtime", "stub", "--noAssert", "-O3", "--converge"]

const compile = async (source: string): Promise<Uint8Array> => {
  let bytes: Uint8Array | undefined
  const { error, stderr } = await asc.main([source, "--outFile", "kernel.wasm", ...options], {
    readFile: (name) => (name === source ? readFileSync(join(folder, "assembly", source), "utf8") : null),
    writeFile: (_, contents) => {
      if (typeof contents !== "string") bytes = contents
    },
    listFiles: () => []
  })
  if (error !== null || bytes === undefined) throw new Error(`${source} does not compile:\n${stderr.toString()}`)
  return bytes
}

const moduleText = (source: string, bytes: Uint8Array): string => {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,110}/g) ?? []
  return `/** assembly/${source}, ${bytes.length} bytes, compiled by scripts/buildKernels.ts. */
export const base64 =
${lines.map((line) => `  "${line}"`).join(" +\n")}
`
}

const check = process.argv.includes("--check")
let stale = 0
for (const source of globSync("*.ts", { cwd: join(folder, "assembly") }).sort()) {
  const bytes = await compile(source)
  const target = `${basename(source, ".ts")}Wasm.ts`
  const text = moduleText(source, bytes)
  if (!check) {
    writeFileSync(join(folder, target), text)
    process.stdout.write(`${target}: ${bytes.length} bytes\n`)
  } else if (readFileSync(join(folder, target), "utf8") !== text) {
    stale++
    process.stderr.write(
      `packages/losses/src/kernels/${target} is not what assembly/${source} compiles to; run node packages/losses/scripts/buildKernels.ts\n`
    )
  }
}
process.exitCode = stale === 0 ? 0 : 1
