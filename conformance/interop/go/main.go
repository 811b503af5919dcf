// A go-libp2p peer for the interop test, driven by lines on standard input and answering with one JSON line each.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ipfs/boxo/bitswap"
	bsnet "github.com/ipfs/boxo/bitswap/network/bsnet"
	"github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ds "github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multihash"
)

const echo = protocol.ID("/dmg/echo/1.0.0")

type answer map[string]any

func key(kind string) crypto.PrivKey {
	types := map[string]int{"ed25519": crypto.Ed25519, "rsa": crypto.RSA, "secp256k1": crypto.Secp256k1, "ecdsa": crypto.ECDSA}
	private, _, err := crypto.GenerateKeyPairWithReader(types[kind], 2048, rand.Reader)
	if err != nil {
		panic(err)
	}
	return private
}

func main() {
	ctx := context.Background()
	h, err := libp2p.New(libp2p.Identity(key(os.Args[1])), libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"),
		libp2p.Transport(tcp.NewTCPTransport), libp2p.Security(noise.ID, noise.New), libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.ResourceManager(&network.NullResourceManager{}), libp2p.DisableRelay(), libp2p.UserAgent("dmg-interop-go"))
	if err != nil {
		panic(err)
	}
	h.SetStreamHandler(echo, func(s network.Stream) { io.Copy(s, s); s.Close() })
	store := blockstore.NewBlockstore(dssync.MutexWrap(ds.NewMapDatastore()))
	swap := bitswap.New(ctx, bsnet.NewFromIpfsHost(h), nil, store)
	out := json.NewEncoder(os.Stdout)
	out.Encode(answer{"id": h.ID().String(), "address": h.Addrs()[0].String()})
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		result, err := run(ctx, h, swap, store, strings.Fields(lines.Text()))
		if err != nil {
			result = answer{"error": err.Error()}
		}
		out.Encode(result)
	}
}

func run(ctx context.Context, h host.Host, swap *bitswap.Bitswap, store blockstore.Blockstore, words []string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	switch words[0] {
	case "dial":
		info, err := peer.AddrInfoFromString(words[1])
		if err != nil {
			return nil, err
		}
		return answer{"ok": true}, h.Connect(ctx, *info)
	case "ping":
		id, _ := peer.Decode(words[1])
		count, _ := strconv.Atoi(words[2])
		for result := range ping.Ping(ctx, h, id) {
			if result.Error != nil {
				return nil, result.Error
			}
			if count--; count <= 0 {
				break
			}
		}
		return answer{"ok": true}, nil
	case "identified":
		id, _ := peer.Decode(words[1])
		protocols, err := h.Peerstore().GetProtocols(id)
		agent, _ := h.Peerstore().Get(id, "AgentVersion")
		return answer{"protocols": protocols, "agent": fmt.Sprint(agent)}, err
	case "handle":
		h.SetStreamHandler(protocol.ID(words[1]), func(s network.Stream) { s.Close() })
		return answer{"ok": true}, nil
	case "echo":
		id, _ := peer.Decode(words[1])
		count, _ := strconv.Atoi(words[2])
		size, _ := strconv.Atoi(words[3])
		var wait sync.WaitGroup
		failures := make(chan error, count)
		for i := 0; i < count; i++ {
			wait.Add(1)
			go func() {
				defer wait.Done()
				if err := echoOnce(ctx, h, id, size); err != nil {
					failures <- err
				}
			}()
		}
		wait.Wait()
		close(failures)
		return answer{"ok": true}, <-failures
	case "put":
		data := make([]byte, 1)
		size, _ := strconv.Atoi(words[1])
		data = make([]byte, size)
		rand.Read(data)
		hash, _ := multihash.Sum(data, multihash.SHA2_256, -1)
		block, err := blocks.NewBlockWithCid(data, cid.NewCidV1(cid.Raw, hash))
		if err != nil {
			return nil, err
		}
		return answer{"cid": hex.EncodeToString(block.Cid().Bytes())}, store.Put(ctx, block)
	case "get":
		raw, _ := hex.DecodeString(words[1])
		want, err := cid.Cast(raw)
		if err != nil {
			return nil, err
		}
		block, err := swap.GetBlock(ctx, want)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(block.RawData())
		return answer{"sha256": hex.EncodeToString(sum[:])}, nil
	}
	return nil, fmt.Errorf("unknown command %s", words[0])
}

func echoOnce(ctx context.Context, h host.Host, id peer.ID, size int) error {
	stream, err := h.NewStream(ctx, id, echo)
	if err != nil {
		return err
	}
	sent := make([]byte, size)
	rand.Read(sent)
	go func() { stream.Write(sent); stream.CloseWrite() }()
	got, err := io.ReadAll(stream)
	if err != nil {
		return err
	}
	if sha256.Sum256(got) != sha256.Sum256(sent) {
		return fmt.Errorf("echo differs")
	}
	return nil
}
