// What the packages take from Node 22 and a Node 20 lacks; loaded before everything else.
Promise.withResolvers ??= function () {
  let resolve, reject
  const promise = new this((a, b) => { resolve = a; reject = b })
  return { promise, resolve, reject }
}
const zlib = require('node:zlib')
zlib.createZstdDecompress ??= function () { throw new Error('no zstd here') }
zlib.zstdDecompress ??= function () { throw new Error('no zstd here') }
const util = require('node:util')
util.markAsUncloneable ??= function () {}
require('node:worker_threads').markAsUncloneable ??= function () {}
