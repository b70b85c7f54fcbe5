/**
 * The bytes of an open file as memory of this process, which it shares with all others that map the file.
 */
import * as Fs from "node:fs"

/** `PROT_READ | PROT_WRITE` and `MAP_PRIVATE`: a page that is written becomes this process's own. */
const [readable, own] = [1 | 2, 2]

/** Maps by the system's `mmap`, where Node has `node:ffi` and this process may use it; else `undefined`. */
const map = async (fd: number, size: number): Promise<ArrayBuffer | undefined> => {
  try {
    const { dlopen, toArrayBuffer } = await import("node:ffi")
    const { functions } = dlopen(null, {
      mmap: { arguments: ["pointer", "uint64", "int32", "int32", "int32", "int64"], return: "pointer" }
    })
    const start = functions.mmap(0n, BigInt(size), readable, own, fd, 0n)
    return start === 2n ** 64n - 1n ? undefined : (toArrayBuffer(start, size, false) as ArrayBuffer)
  } catch {
    return undefined
  }
}

const read = (fd: number, size: number): ArrayBuffer => {
  const buffer = new ArrayBuffer(size)
  for (let at = 0; at < size;) {
    const count = Fs.readSync(fd, new Uint8Array(buffer, at), 0, Math.min(size - at, 2 ** 30), at)
    if (count === 0) throw new Error(`the file ends at byte ${at} of ${size}`)
    at += count
  }
  return buffer
}

/**
 * The bytes of an open file: mapped where this system and this Node can, for which Node must have been started with
 * `mappingFlags`, else read into memory of this process alone. They stay as long as the process.
 */
export const mapFile = async (fd: number): Promise<ArrayBuffer> => {
  const { size } = Fs.fstatSync(fd)
  return (await map(fd, size)) ?? read(fd, size)
}

/** What Node must be started with to map files, where it can. */
export const mappingFlags: ReadonlyArray<string> = process.allowedNodeEnvironmentFlags.has("--experimental-ffi")
  ? ["--experimental-ffi", "--disable-warning=ExperimentalWarning"]
  : []
