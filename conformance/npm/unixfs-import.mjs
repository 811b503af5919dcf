// Each line of the input is a folder, [[path, size, salt]…]; each line of the output is the root that the importer gives it.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { BlackHoleBlockstore } from 'blockstore-core/black-hole'
import { importer } from 'ipfs-unixfs-importer'

const PIECE = 1 << 20

// The bytes that the tests agree on: position and salt decide each.
function * content (size, salt) {
  for (let from = 0; from < size; from += PIECE) {
    const piece = new Uint8Array(Math.min(PIECE, size - from))
    for (let i = 0; i < piece.length; i++) {
      const at = from + i
      piece[i] = at * 31 + (at >> 8) * 7 + (at >> 16) + salt
    }
    yield piece
  }
}

for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  const files = JSON.parse(line).map(([path, size, salt]) => ({ path, content: content(size, salt) }))
  let root
  for await (const entry of importer(files, new BlackHoleBlockstore(), { profile: 'unixfs-v1-2025', wrapWithDirectory: true })) {
    root = entry.cid
  }
  process.stdout.write(root.toString() + '\n')
}
