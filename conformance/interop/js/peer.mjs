// A js-libp2p peer with Helia on top for the interop test, driven by lines on standard input and answering with one JSON line each.
import { createHash, randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { withBitswap } from '@helia/bitswap'
import { dagCbor } from '@helia/dag-cbor'
import { withLibp2p } from '@helia/libp2p'
import { unixfs } from '@helia/unixfs'
import * as dagCborCodec from '@ipld/dag-cbor'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify, identifyPush } from '@libp2p/identify'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createHeliaLight } from 'helia'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const ECHO = '/dmg/echo/1.0.0'
const privateKey = await generateKeyPair({ ed25519: 'Ed25519', rsa: 'RSA', secp256k1: 'secp256k1', ecdsa: 'ECDSA' }[process.argv[2]])

const helia = withBitswap(withLibp2p(createHeliaLight({ codecs: [dagCborCodec] }), {
  privateKey,
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux({ maxInboundStreams: 2000, maxOutboundStreams: 2000 })],
  connectionManager: { inboundConnectionThreshold: 1000 },
  nodeInfo: { userAgent: 'dmg-interop-js' },
  // A ping's stream may still be closing when the next one is opened, which the default of one would refuse.
  services: { identify: identify(), identifyPush: identifyPush(), ping: ping({ maxOutboundStreams: 16 }) }
}))
await helia.start()
const node = helia.libp2p
const echoOptions = { maxInboundStreams: 2000, maxOutboundStreams: 2000 }
await node.handle(ECHO, async (stream) => {
  try {
    for await (const part of stream) {
      if (!stream.send(part.subarray())) await stream.onDrain()
    }
    await stream.close()
  } catch (error) {
    stream.abort(error)
  }
}, echoOptions)

const digest = (parts) => { const hash = createHash('sha256'); for (const p of parts) hash.update(p); return hash.digest('hex') }
const limit = () => ({ signal: AbortSignal.timeout(60_000) })
const fs = unixfs(helia)
const cbor = dagCbor(helia)

async function echoOnce (id, size) {
  const stream = await node.dialProtocol(id, ECHO, { ...echoOptions, ...limit() })
  const sent = randomBytes(size)
  const got = []
  const reading = (async () => { for await (const part of stream) got.push(part.subarray()) })()
  for (let at = 0; at < size; at += 16384) {
    if (!stream.send(sent.subarray(at, at + 16384))) await stream.onDrain()
  }
  await stream.close()
  await reading
  if (digest(got) !== digest([sent])) throw new Error('echo differs')
}

const commands = {
  dial: async (address) => { await node.dial(multiaddr(address), limit()); return {} },
  ping: async (id, count) => {
    for (let i = 0; i < Number(count); i++) await node.services.ping.ping(peerIdFromString(id), limit())
    return {}
  },
  identified: async (id) => {
    const peer = await node.peerStore.get(peerIdFromString(id))
    return { protocols: peer.protocols, agent: new TextDecoder().decode(peer.metadata.get('AgentVersion')), record: peer.peerRecordEnvelope != null }
  },
  handle: async (protocol) => { await node.handle(protocol, (stream) => stream.close()); return {} },
  echo: async (id, count, size) => {
    await Promise.all(Array.from({ length: Number(count) }, () => echoOnce(peerIdFromString(id), Number(size))))
    return {}
  },
  put: async (size) => {
    const bytes = randomBytes(Number(size))
    const cid = CID.createV1(0x55, await sha256.digest(bytes))
    await helia.blockstore.put(cid, bytes)
    return { cid: Buffer.from(cid.bytes).toString('hex') }
  },
  putcbor: async (text) => ({ cid: Buffer.from((await cbor.add({ text })).bytes).toString('hex') }),
  putfile: async (size) => {
    const bytes = randomBytes(Number(size))
    const cid = await fs.addBytes(bytes)
    return { cid: Buffer.from(cid.bytes).toString('hex'), sha256: digest([bytes]) }
  },
  get: async (hex) => {
    const got = await helia.blockstore.get(CID.decode(Buffer.from(hex, 'hex')), limit())
    const parts = []
    if (got[Symbol.asyncIterator] != null || got[Symbol.iterator] != null && !(got instanceof Uint8Array)) for await (const part of got) parts.push(part)
    else parts.push(got)
    return { sha256: digest(parts) }
  },
  getcbor: async (hex) => await cbor.get(CID.decode(Buffer.from(hex, 'hex')), limit()),
  // A whole folder by its CID as text: path and hash of each file.
  getfolder: async (text) => {
    const files = {}
    const walk = async (cid, path) => {
      const { type } = await fs.stat(cid, limit())
      if (type === 'directory') {
        for await (const entry of fs.ls(cid, limit())) await walk(entry.cid, path === '' ? entry.name : `${path}/${entry.name}`)
      } else {
        const parts = []
        for await (const part of fs.cat(cid, limit())) parts.push(part)
        files[path] = digest(parts)
      }
    }
    await walk(CID.parse(text), '')
    return { files }
  },
  // Whether a block comes within some milliseconds.
  comes: async (text, patience) => {
    try {
      const got = await helia.blockstore.get(CID.parse(text), { signal: AbortSignal.timeout(Number(patience)) })
      if (!(got instanceof Uint8Array)) for await (const _ of got);
      return { comes: 'yes' }
    } catch (error) {
      return { comes: 'no', why: `${error.name}: ${error.message}` }
    }
  },
  getfile: async (hex) => {
    const parts = []
    for await (const part of fs.cat(CID.decode(Buffer.from(hex, 'hex')), limit())) parts.push(part)
    return { sha256: digest(parts) }
  }
}

const tell = (answer) => process.stdout.write(JSON.stringify(answer) + '\n')
tell({ id: node.peerId.toString(), address: node.getMultiaddrs()[0].toString() })
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...words] = line.split(' ')
  try {
    tell({ ok: true, ...await commands[name](...words) })
  } catch (error) {
    tell({ error: `${error.name}: ${error.message}` })
  }
}
process.exit(0)
