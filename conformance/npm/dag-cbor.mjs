// Each line of the input is a value spelled out in JSON (kind, then content); each line of the output is the CID of its dag-cbor block.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'

function value ([kind, content]) {
  switch (kind) {
    case 'null': return null
    case 'bool': return content
    case 'int': {
      const big = BigInt(content)
      return big >= BigInt(Number.MIN_SAFE_INTEGER) && big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : big
    }
    case 'float': return Buffer.from(content, 'hex').readDoubleBE()
    case 'text': return content
    case 'bytes': return new Uint8Array(Buffer.from(content, 'hex'))
    case 'link': return CID.parse(content)
    case 'array': return content.map(value)
    case 'map': return Object.fromEntries(content.map(([key, one]) => [key, value(one)]))
    default: throw new Error(`kind ${kind}`)
  }
}

const out = []
for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  const block = dagCbor.encode(value(JSON.parse(line)))
  const digest = Digest.create(0x12, new Uint8Array(createHash('sha256').update(block).digest()))
  out.push(CID.createV1(dagCbor.code, digest).toString())
}
process.stdout.write(out.join('\n') + '\n')
