import { createHash } from "node:crypto"
import fc from "fast-check"
import { expect, it } from "vitest"
import * as Sha256 from "../../src/internal/sha256.ts"

it("is the digest that the standard gives for its example", () => {
  // FIPS 180-2, appendix B.1: the message "abc".
  expect(Sha256.make().update("abc").digest("hex")).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  )
})

it("is that of Node, of every length around the blocks, whole and in parts", () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) % 256)
    const expected = createHash("sha256").update(bytes).digest("hex")
    expect(Sha256.make().update(bytes).digest("hex")).toBe(expected)
    const cut = Math.floor(length / 3)
    expect(Sha256.make().update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).digest("hex")).toBe(expected)
  }
})

it("reads texts as Node does", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.constantFrom("utf8", "utf16le"), (text, encoding) => {
      const expected = createHash("sha256").update(text, encoding).digest("hex")
      expect(Sha256.make().update(text, encoding).digest("hex")).toBe(expected)
    })
  )
})
