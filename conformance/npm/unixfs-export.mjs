// Reads a file of blocks (length of the CID in a byte, the CID, length of the block in four bytes, the block; the last one is the root) per
// line of the input, walks the folder in it, and prints [[path, size, sha256]…] sorted by path, one folder a line.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { MemoryBlockstore } from 'blockstore-core/memory'
import { exporter } from 'ipfs-unixfs-exporter'
import { CID } from 'multiformats/cid'

async function walk (entry, path, out) {
  if (entry.type === 'directory') {
    for await (const child of entry.entries()) {
      await walk(await exporter(child.cid, store), path === '' ? child.name : `${path}/${child.name}`, out)
    }
    return
  }
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of entry.content()) {
    hash.update(piece)
    size += piece.length
  }
  out.push([path, size, hash.digest('hex')])
}

let store
for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  const bytes = readFileSync(line)
  store = new MemoryBlockstore()
  let root
  for (let at = 0; at < bytes.length;) {
    const cid = CID.decode(bytes.subarray(at + 1, at + 1 + bytes[at]))
    at += 1 + bytes[at]
    const length = bytes.readUInt32BE(at)
    await store.put(cid, new Uint8Array(bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
    root = cid
  }
  const out = []
  await walk(await exporter(root, store), '', out)
  out.sort((a, b) => a[0] < b[0] ? -1 : 1)
  process.stdout.write(JSON.stringify(out) + '\n')
}
